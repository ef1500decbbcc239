"""How well campaigns wait for their window: at the speed of life, on a shortened window."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from services.campaigns.domain.pacing import Crowd, Limiter, Limits, simulate
from services.campaigns.domain.policies import Policy
from services.campaigns.store import policies
from services.campaigns.usecases import permits
from services.chassis.db import Transaction
from tests.service.dialling.office import Office

CAMPAIGNS, PEOPLE = 5, 15
# Longer than what an activity sleeps by itself, so that both ways of waiting occur.
SHORT = Limits(calls=25, window=timedelta(seconds=40), batch=5, gap=timedelta(seconds=2))


@pytest.fixture
def scale() -> float:
    return 1


@pytest.fixture
def lines() -> int:
    """Enough that nobody waits for the provider."""
    return 100


_read = policies.read
_ask = permits.ask


async def _shortened(tx: Transaction) -> Policy:
    return replace(await _read(tx), limits=SHORT)


@pytest.mark.verify
@pytest.mark.timeout(300)
async def test_campaigns_wait_little_longer_than_their_window_demands(
    office: Office, record_property: Callable[[str, object], None]
) -> None:
    """The waiting design: short waits in the activity, long ones on a timer, by rank."""
    asked = 0

    async def counted(*words: Any) -> permits.Permit:
        nonlocal asked
        asked += 1
        return await _ask(*words)

    with patch.object(policies, "read", _shortened), patch.object(permits, "ask", counted):
        for each in range(CAMPAIGNS):
            await office.launch(*_numbers(each))
        await _until_all_are_dialled(office)

    batches = await office.hall.batches()
    took = (batches[-1][0] - batches[0][0]).total_seconds()
    ideal = _ideal(batches[0][0])
    verdict = await office.hall.simulator.verdict(
        per_phone=1, window_minutes=SHORT.window.total_seconds() / 60
    )
    record_property("batches", len(batches))
    record_property("seconds", round(took, 1))
    record_property("ideal", round(ideal, 1))
    record_property("lost share", round(took / ideal - 1, 3))
    record_property("questions a batch", round(asked / len(batches), 1))
    assert sum(size for _, size in batches) == CAMPAIGNS * PEOPLE
    assert verdict["fullest_window"]["count"] <= SHORT.calls
    assert took < ideal * 1.25
    assert asked < len(batches) * 10


def _ideal(start: datetime) -> float:
    """What one campaign of all these people would take if answers took no time."""
    *_, last = simulate(Limiter(SHORT), [Crowd(CAMPAIGNS * PEOPLE)], start)
    return (last - start).total_seconds()


async def _until_all_are_dialled(office: Office) -> None:
    while await office.dials() < CAMPAIGNS * PEOPLE:
        await asyncio.sleep(0.2)


def _numbers(campaign: int) -> list[str]:
    return [f"+1212555{100 + campaign}{n}" for n in range(10)][:PEOPLE] + [
        f"+1646555{100 + campaign}{n}" for n in range(PEOPLE - 10)
    ]
