"""The adapter over real HTTP against the simulated provider."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.campaigns.domain.calls import AttemptState
from services.campaigns.telephony.answers import (
    AccountRefused,
    Lost,
    Order,
    Placed,
    Refused,
    TryLater,
)
from services.campaigns.telephony.retell import Telephone
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.ids import new_id
from tests.support import simulator as simulators
from tests.support.databases import free_port
from tests.support.simulator import CLINIC, KEY, Simulator


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with simulators.running(tmp_path) as running:
        yield running


@pytest.fixture
async def telephone(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Telephone]:
    clock = Clock.load(tmp_path / "clock.json")
    async with Telephone.open(simulator.url, KEY, clock.now, timeout=0.5) as opened:
        yield opened


def order(number: str = "+12125550140", **change: Any) -> Order:
    usual: dict[str, Any] = {
        "attempt_id": new_id(),
        "campaign_id": new_id(),
        "tenant_id": new_id(),
        "from_number": CLINIC,
        "to_number": number,
        "variables": {"name": "Ada"},
    }
    return Order(**(usual | change))


async def test_a_placed_call_carries_its_key_and_ids_only(
    simulator: Simulator, telephone: Telephone
) -> None:
    asked = order()

    answer = await telephone.call(asked)

    (dial,) = await simulator.ledger("dial")
    assert answer == Placed(dial["call_id"])
    assert dial["idempotency_key"] == dial["attempt_id"] == str(asked.attempt_id)
    assert dial["order"]["metadata"] == {
        "attempt_id": str(asked.attempt_id),
        "campaign_id": str(asked.campaign_id),
        "tenant_id": str(asked.tenant_id),
    }


async def test_asking_again_rings_once(simulator: Simulator, telephone: Telephone) -> None:
    asked = order()

    first, again = [await telephone.call(asked) for _ in range(2)]

    assert first == again
    assert (await simulator.verdict())["dials"] == 1


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ({"fault": "refuse", "status": 400}, Refused(400)),
        ({"fault": "refuse", "status": 402}, AccountRefused(402)),
        ({"fault": "refuse", "status": 429, "retry_after": "7"}, TryLater(429, 7)),
        ({"fault": "refuse", "status": 302}, Lost("http_302")),
        ({"fault": "accept_then_status", "status": 500}, Lost("http_500")),
        ({"fault": "accept_then_hang"}, Lost("timeout")),
        ({"fault": "accept_then_reset"}, Lost("APIConnectionError")),
        ({"fault": "non_json"}, Lost("unreadable")),
        ({"fault": "missing_call_id"}, Lost("unreadable")),
        ({"fault": "missing_metadata"}, Lost("not about this call")),
    ],
)
async def test_every_answer_has_one_meaning(
    simulator: Simulator, telephone: Telephone, rule: dict[str, Any], answer: object
) -> None:
    await simulator.rule(rule)

    assert await telephone.call(order()) == answer


async def test_a_provider_that_nobody_reaches_was_asked_nothing() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with Telephone.open(address, KEY, Clock.real_time().now) as nobody:
        assert await nobody.call(order()) == TryLater(0)
        with pytest.raises(Unavailable):
            await nobody.look("call_1")


async def test_a_call_whose_answer_was_lost_is_found_by_its_attempt(
    simulator: Simulator, telephone: Telephone
) -> None:
    await simulator.rule({"fault": "accept_then_status"})
    lost, other = order(), order("+12125550141")
    await telephone.call(lost)

    found = await telephone.find(lost.attempt_id)

    assert found is not None
    assert found.attempt_id == lost.attempt_id
    assert await telephone.find(other.attempt_id) is None


async def test_a_call_is_looked_up_and_an_unknown_one_is_none(telephone: Telephone) -> None:
    placed = await telephone.call(order("+12125550199"))
    assert isinstance(placed, Placed)

    found = await telephone.look(placed.call_id)

    assert found is not None
    assert found.known.state is AttemptState.PLACED
    assert await telephone.look("call_nobody_placed") is None


async def test_a_call_is_hung_up_once_and_again(simulator: Simulator, telephone: Telephone) -> None:
    placed = await telephone.call(order("+12125550199"))
    assert isinstance(placed, Placed)

    await telephone.hang_up(placed.call_id)
    await telephone.hang_up(placed.call_id)

    found = await telephone.look(placed.call_id)
    assert found is not None
    assert found.known.end is not None
    assert found.known.end.reason == "manual_stopped"


async def test_a_request_that_finds_no_line_was_never_sent_and_is_not_sent_later(
    simulator: Simulator, tmp_path: Path
) -> None:
    """A fence is good for two seconds: what waits for a line must not leave after it."""
    clock = Clock.load(tmp_path / "clock.json")
    await simulator.rule({"fault": "accept_then_hang"})
    async with Telephone.open(simulator.url, KEY, clock.now, timeout=1.5, lines=2) as two_lines:
        answers = await asyncio.gather(
            *(two_lines.call(order(f"+1212555010{n}")) for n in range(6))
        )

    assert answers.count(TryLater(0)) == 4
    assert (await simulator.verdict())["dials"] == 2
