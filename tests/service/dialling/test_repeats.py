"""Requests that are sent once more: whoever may ring is checked anew, each time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert

from services.campaigns.domain.hours import CallingHours, Span
from services.campaigns.domain.policies import Policy
from services.campaigns.store import policies, tables
from services.campaigns.usecases import placing
from services.chassis.db import Transaction
from tests.service.dialling.hall import Campaign, Hall, Ready

ANSWERS = "+12125550144"
LOST_ONCE = {"operation": "create", "fault": "refuse", "status": 500, "times": 1}


@pytest.fixture
def scale() -> float:
    return 300


async def _suppressed(hall: Hall, campaign: Campaign) -> None:
    async with hall.db.transaction(hall.caller) as tx:
        await tx.execute(
            insert(tables.suppressions).values(
                phone=ANSWERS,
                source="person",
                reason="asked",
                added_by=hall.tenant_id,
                created_at=tx.now,
            )
        )


async def _cancelled(hall: Hall, campaign: Campaign) -> None:
    await hall.change(campaign, state="cancelling")


async def _expired(hall: Hall, campaign: Campaign) -> None:
    await hall.change(campaign, expires_at=await hall.now())


async def _without_a_place(hall: Hall, campaign: Campaign) -> None:
    async with hall.db.transaction(hall.caller) as tx:
        await tx.execute(delete(tables.window_tokens))


@pytest.mark.parametrize("change", [_suppressed, _cancelled, _expired, _without_a_place])
async def test_what_changed_while_an_answer_was_lost_counts_at_the_repeat(
    hall: Hall, change: Callable[[Hall, Campaign], Awaitable[None]]
) -> None:
    """C-32: the attempt stays for whoever recovers it."""
    campaign = await hall.campaign(ANSWERS)
    ready = await _lost(hall, campaign)

    await change(hall, campaign)
    await placing.place(hall.desk, ready.work, ready.order)

    assert (await hall.simulator.verdict())["dials"] == 0
    assert await hall.outcomes(campaign) == ["in_call"]


async def test_hours_that_closed_while_an_answer_was_lost_count_at_the_repeat(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await hall.campaign(ANSWERS)
    ready = await _lost(hall, campaign)

    async def closed(tx: Transaction) -> Policy:
        never = Span(tx.now.time(), tx.now.time())
        return Policy(CallingHours("America/New_York", daytime=never))

    monkeypatch.setattr(policies, "read", closed)
    await placing.place(hall.desk, ready.work, ready.order)

    assert (await hall.simulator.verdict())["dials"] == 0


async def test_facts_that_grew_old_while_an_answer_was_lost_dial_nobody(hall: Hall) -> None:
    """C-32: and the attempt is sent again with its key once they were asked anew."""
    campaign = await hall.campaign(ANSWERS)
    ready = await _lost(hall, campaign)
    asked = ready.order.asked
    old = replace(asked, wall=asked.wall - timedelta(seconds=11))

    await placing.place(hall.desk, ready.work, replace(ready.order, asked=old))
    assert (await hall.simulator.verdict())["dials"] == 0
    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered"]
    assert (await hall.simulator.verdict(per_phone=1))["dials"] == 1


async def test_a_request_of_unknown_fate_to_a_suppressed_number_is_left_to_a_person(
    hall: Hall,
) -> None:
    campaign = await hall.campaign(ANSWERS)
    ready = await _lost(hall, campaign)
    await _suppressed(hall, campaign)
    await placing.place(hall.desk, ready.work, ready.order)

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["untraceable"]
    assert (await hall.simulator.verdict())["dials"] == 0


async def test_a_run_takes_up_what_it_left_itself(hall: Hall) -> None:
    """Nothing waits for the next worker."""
    campaign = await hall.campaign(ANSWERS)
    await hall.simulator.rule(LOST_ONCE | {"times": 3})

    await hall.batch(campaign, token="the run")
    assert await hall.outcomes(campaign) == ["in_call"]
    await hall.batch(campaign, token="the run")

    assert (await hall.simulator.verdict(per_phone=1))["dials"] == 1


@pytest.mark.parametrize("fault", ["repeated_call_id", "missing_metadata"])
async def test_an_answer_about_another_call_is_not_believed(hall: Hall, fault: str) -> None:
    """Every call keeps its own fate: the right one is found by its metadata."""
    await hall.simulator.rule({"fault": fault})
    campaign = await hall.campaign("+12125550140", "+12125550157", "+12125550160")

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered", "no_answer", "busy"]
    verdict = await hall.simulator.verdict(per_phone=1)
    assert (verdict["holds"], verdict["dials"]) == (True, 3)


async def _lost(hall: Hall, campaign: Campaign) -> Ready:
    """A call about to be sent, whose first answer will be lost."""
    await hall.simulator.rule(LOST_ONCE)
    return await hall.fenced(campaign)
