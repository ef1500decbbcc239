"""Calls whose reports do not come: they are looked up, and given up at last."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import select, update

from services.campaigns.domain.calls import End, Known
from services.campaigns.store import attempts, tables
from services.campaigns.telephony.reports import Report
from services.campaigns.telephony.retell import Telephone
from services.campaigns.usecases import calls, polling
from tests.service.dialling.hall import Campaign, Hall
from tests.support.overlap import most_at_once

TALKS = [f"+1{area}5550199" for area in (212, 646, 718, 917, 347)]
MUTE = {"operation": "get", "fault": "refuse", "status": 500}


@pytest.fixture
def scale() -> float:
    """Calls in progress stay so."""
    return 1


@pytest.mark.parametrize("patience", [1])
async def test_calls_are_looked_up_side_by_side_and_each_look_is_noted(hall: Hall) -> None:
    """A provider that hangs holds nobody up: who was looked at goes to the end of the line."""
    campaign = await _silent(hall, *TALKS)
    await hall.simulator.rule({"operation": "get", "fault": "hang"})

    with _looks() as spans:
        looked = await polling.poll(hall.desk, hall.work(campaign))

    assert looked == most_at_once(spans) == len(TALKS)
    assert None not in await _polled(hall)


async def test_whom_nobody_looked_at_for_longest_goes_first(hall: Hall) -> None:
    campaign = await _silent(hall, *TALKS[:2])
    async with hall.db.transaction(hall.caller) as tx:
        first, second = await attempts.to_poll(tx, campaign.id, tx.now)
        await attempts.polled(tx, first.id, tx.now)

        again = await attempts.to_poll(tx, campaign.id, tx.now)

    assert [each.id for each in again] == [second.id, first.id]


async def test_whoever_is_told_to_stop_looks_no_more(hall: Hall) -> None:
    campaign = await _silent(hall, *TALKS[:2])
    stop = asyncio.Event()
    stop.set()

    assert await polling.poll(hall.desk, hall.work(campaign), stop) == 0
    assert await _polled(hall) == [None, None]


@pytest.mark.parametrize("status", [404, 500])
async def test_a_call_that_nobody_can_tell_about_is_left_to_a_person(
    hall: Hall, status: int
) -> None:
    """And what is heard of it later counts."""
    campaign = await _silent(hall, TALKS[0])
    await hall.simulator.rule(MUTE | {"status": status})

    await polling.poll(hall.desk, hall.work(campaign))
    assert await hall.outcomes(campaign) == ["in_call"]
    await _let_pass(hall, polling.VANISHED_AFTER)
    await polling.poll(hall.desk, hall.work(campaign))
    assert await hall.outcomes(campaign) == ["untraceable"]

    async with hall.db.transaction(hall.caller) as tx:
        attempt_id = await tx.fetch_value(select(tables.attempts.c.id))
        end = End("dial_no_answer", tx.now - timedelta(hours=2))
        await calls.learn(tx, attempt_id, Known(end=end))
    assert await hall.outcomes(campaign) == ["no_answer"]


@contextmanager
def _looks() -> Iterator[list[tuple[datetime, datetime]]]:
    """From when to when the provider is asked about each call."""
    look, spans = Telephone.look, []

    async def watched(self: Telephone, call_id: str) -> Report | None:
        begun = datetime.now(UTC)
        try:
            return await look(self, call_id)
        finally:
            spans.append((begun, datetime.now(UTC)))

    with patch.object(Telephone, "look", watched):
        yield spans


async def _silent(hall: Hall, *numbers: str) -> Campaign:
    """Calls in progress of which nothing was heard for a while."""
    campaign = await hall.campaign(*numbers)
    await hall.batch(campaign)
    await _let_pass(hall, polling.SILENCE)
    return campaign


async def _let_pass(hall: Hall, span: timedelta) -> None:
    table = tables.attempts
    statement = update(table).values(
        answered_at=table.c.answered_at - span, polled_at=table.c.polled_at - span
    )
    async with hall.db.transaction(hall.caller) as tx:
        await tx.execute(statement)


async def _polled(hall: Hall) -> list[datetime | None]:
    async with hall.db.transaction(hall.caller) as tx:
        return await tx.fetch_values(select(tables.attempts.c.polled_at))
