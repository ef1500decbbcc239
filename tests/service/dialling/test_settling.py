"""The end of a campaign, while reports of its calls keep coming."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from services.campaigns.domain import calls as facts
from services.campaigns.store import recipients, tables
from services.campaigns.usecases import calls, recovering, settling
from services.chassis.errors import Unavailable
from tests.service.dialling.hall import Hall

ANSWERS, MISSES = "+12125550144", "+12125550157"
_close = recipients.close


@pytest.fixture
def scale() -> float:
    return 300


async def test_a_call_that_turns_up_during_the_settling_is_seen_through(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its request was answered 408; its first report comes between two statements."""
    campaign = await hall.campaign(ANSWERS)
    await hall.simulator.rule({"operation": "create", "fault": "refuse", "status": 408})
    await hall.batch(campaign)

    async def reported_meanwhile(*words: Any) -> None:
        async with hall.db.transaction(hall.caller) as tx:
            attempt_id = await tx.fetch_value(select(tables.attempts.c.id))
            await calls.learn(tx, attempt_id, facts.placed("call_late", tx.now))
        await _close(*words)

    monkeypatch.setattr(recipients, "close", reported_meanwhile)
    settled = await settling.settle(hall.db, hall.caller, campaign.id, "cancelled")

    assert (settled.done, settled.outstanding) == (False, 1)
    assert await hall.outcomes(campaign) == ["in_call"]
    assert (await hall.state(campaign))[0] == "cancelling"


async def test_one_look_that_fails_leaves_no_other_behind(hall: Hall) -> None:
    campaign = await hall.campaign(ANSWERS, MISSES)
    await hall.simulator.rule({"operation": "create", "fault": "refuse", "status": 500})
    await hall.batch(campaign)
    await hall.age_requests(hours=2)
    await hall.simulator.rule(
        {"operation": "list", "fault": "refuse", "status": 500, "times": 1},
        {"operation": "list", "fault": "delay", "seconds": 0.2},
    )
    before = _looks()

    with pytest.raises(Unavailable):
        await recovering.recover(hall.desk, hall.work(campaign), redial=True)

    assert _looks() <= before
    assert sorted(await hall.outcomes(campaign)) == ["in_call", "untraceable"]


def _looks() -> set[object]:
    """The tasks of the product's own use-cases; servers of other tests have theirs."""
    return {task for task in asyncio.all_tasks() if "/usecases/" in _file_of(task)}


def _file_of(task: asyncio.Task[Any]) -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return code.co_filename if code else ""
