"""Temporal out of reach: whoever waits is answered soon, and told the truth."""

import socket
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from temporalio.client import Client

from services.campaigns.temporal.starter import Starter
from services.chassis import deadline
from services.chassis.errors import Unavailable
from services.chassis.ids import new_id


@pytest.fixture(params=["refusing", "silent"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where nobody listens, or somebody who never answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        if request.param == "silent":
            held.listen()
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.mark.parametrize(
    "ask",
    [
        lambda engine: engine.start(new_id(), new_id(), 3),
        lambda engine: engine.pause(new_id()),
        lambda engine: engine.cancel(new_id()),
        lambda engine: engine.standing(new_id()),
    ],
    ids=["start", "pause", "cancel", "standing"],
)
async def test_an_engine_out_of_reach_is_unavailable_soon(
    address: str, ask: Callable[[Starter], Awaitable[object]]
) -> None:
    """The row is committed by then: the answer must be neither late nor an error of ours.

    A second is what it gets of somebody's time; ten are what it gets where nobody waits.
    """
    engine = Starter(await Client.connect(address, lazy=True))
    begun = time.monotonic()

    with deadline.within(30), pytest.raises(Unavailable):
        await ask(engine)

    assert time.monotonic() - begun < 8
