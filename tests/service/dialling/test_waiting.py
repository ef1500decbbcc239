"""How well campaigns wait for their window: at the speed of life, on a shortened window."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from temporalio.api.common.v1 import Payloads

from services.campaigns.domain.pacing import Crowd, Limiter, Limits, simulate
from services.campaigns.domain.policies import Policy
from services.campaigns.store import policies
from services.campaigns.usecases import permits
from services.chassis.db import Transaction
from tests.service.dialling.hall import Campaign
from tests.service.dialling.office import Office

CAMPAIGNS, PEOPLE = 5, 15
# Longer than what an activity sleeps by itself, so that both ways of waiting occur.
LONG, GAP = 15.0, 2.0
SHORT = Limits(calls=25, window=timedelta(seconds=40), batch=5, gap=timedelta(seconds=GAP))


@pytest.fixture
def scale() -> float:
    return 1


@pytest.fixture
def lines() -> int:
    """Enough that nobody waits for the provider."""
    return 100


@dataclass(frozen=True)
class Wait:
    """How many real seconds a workflow or one of its activities waited."""

    seconds: float
    on_a_timer: bool


_read = policies.read
_ask = permits.ask


async def _shortened(tx: Transaction) -> Policy:
    return replace(await _read(tx), limits=SHORT)


@pytest.mark.verify
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
        campaigns = [await office.launch(*_numbers(each)) for each in range(CAMPAIGNS)]
        reasons = await _reasons_until_all_are_dialled(office, campaigns)

    waits = [wait for campaign in campaigns for wait in await _waits(office, campaign)]
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
    assert any(wait.on_a_timer and wait.seconds >= LONG for wait in waits)
    assert any(GAP <= wait.seconds < LONG and not wait.on_a_timer for wait in waits)
    assert {reason.rpartition(" ")[0] for reason in reasons} >= {"waits its turn: campaigns ahead:"}


def _ideal(start: datetime) -> float:
    """What one campaign of all these people would take if answers took no time."""
    *_, last = simulate(Limiter(SHORT), [Crowd(CAMPAIGNS * PEOPLE)], start)
    return (last - start).total_seconds()


async def _reasons_until_all_are_dialled(office: Office, campaigns: list[Campaign]) -> set[str]:
    """Why campaigns were quiet meanwhile, as their rows say."""
    reasons: set[str] = set()
    while await office.dials() < CAMPAIGNS * PEOPLE:
        for campaign in campaigns:
            reasons.add((await office.hall.state(campaign))[1] or "")
        await asyncio.sleep(0.2)
    return reasons


async def _waits(office: Office, campaign: Campaign) -> list[Wait]:
    """The timers of a workflow, and how long its activities took that dialled a batch."""
    begun: dict[int, datetime] = {}
    waits = []
    async for event in office.workflow(campaign).fetch_history_events():
        if event.HasField("timer_started_event_attributes"):
            timer = event.timer_started_event_attributes
            waits.append(Wait(timer.start_to_fire_timeout.ToTimedelta().total_seconds(), True))
        elif event.HasField("activity_task_started_event_attributes"):
            begun[event.event_id] = event.event_time.ToDatetime()
        elif event.HasField("activity_task_completed_event_attributes"):
            done = event.activity_task_completed_event_attributes
            if _dialled(done.result):
                span = event.event_time.ToDatetime() - begun[done.started_event_id]
                waits.append(Wait(span.total_seconds(), False))
    return waits


def _dialled(result: Payloads) -> int:
    told = [json.loads(payload.data) for payload in result.payloads if payload.data]
    return sum(each.get("dialled", 0) for each in told)


def _numbers(campaign: int) -> list[str]:
    return [f"+1212555{100 + campaign}{n}" for n in range(10)][:PEOPLE] + [
        f"+1646555{100 + campaign}{n}" for n in range(PEOPLE - 10)
    ]
