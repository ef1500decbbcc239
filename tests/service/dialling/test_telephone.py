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
from tests.service.dialling.office import eventually
from tests.support import simulator as simulators
from tests.support import telephones
from tests.support.ports import refusing
from tests.support.simulator import CLINIC, KEY, Simulator


@pytest.fixture
def scale() -> float:
    """Calls in progress stay so."""
    return 1


@pytest.fixture
async def simulator(tmp_path: Path, scale: float) -> AsyncIterator[Simulator]:
    async with simulators.running(tmp_path, scale=scale) as running:
        yield running


@pytest.fixture
async def telephone(
    simulator: Simulator, tmp_path: Path, patience: float
) -> AsyncIterator[Telephone]:
    clock = Clock.load(tmp_path / "clock.json")
    async with telephones.patient(simulator.url, clock.now, timeout=patience) as opened:
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


@pytest.mark.parametrize("patience", [0.5])
async def test_an_answer_that_does_not_come_is_lost(
    simulator: Simulator, telephone: Telephone
) -> None:
    await simulator.rule({"fault": "accept_then_hang"})

    assert await telephone.call(order()) == Lost("timeout")


async def test_a_provider_that_nobody_reaches_was_asked_nothing() -> None:
    with refusing() as address:
        async with Telephone.open(f"http://{address}", KEY, Clock.real_time().now) as nobody:
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
    async with telephones.patient(simulator.url, clock.now, lines=2) as two_lines:
        orders = [order(f"+1212555010{n}") for n in range(6)]
        taken = [asyncio.create_task(two_lines.call(each)) for each in orders[:2]]
        await eventually(lambda: _has_dialled(simulator, 2))
        answers = await asyncio.gather(*map(two_lines.call, orders[2:]))
        for each in taken:
            each.cancel()
        await asyncio.wait(taken)

    assert answers == [TryLater(0)] * 4
    assert await _has_dialled(simulator, 2)


async def _has_dialled(simulator: Simulator, count: int) -> bool:
    return int((await simulator.verdict())["dials"]) == count
