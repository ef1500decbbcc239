"""The starter beside an engine that is not there."""

from collections.abc import Awaitable, Callable

import pytest
from temporalio.client import Client

from services.campaigns.temporal.starter import Starter
from services.chassis.errors import Unavailable
from services.chassis.ids import new_id
from tests.support.ports import refusing

Question = Callable[[Starter], Awaitable[object]]


@pytest.mark.parametrize(
    "question",
    [
        lambda starter: starter.start(new_id(), new_id(), 1),
        lambda starter: starter.pause(new_id()),
        lambda starter: starter.cancel(new_id()),
        lambda starter: starter.standing(new_id()),
    ],
)
async def test_an_engine_that_was_never_reached_is_unavailable(question: Question) -> None:
    """A service that starts while the engine is down connects with its first question."""
    with refusing() as address:
        client = await Client.connect(address, lazy=True)

        with pytest.raises(Unavailable):
            await question(Starter(client))
