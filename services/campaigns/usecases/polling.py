"""Asks the provider about calls whose reports did not come."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from services.campaigns.domain.calls import AttemptState, Known, vanished
from services.campaigns.store import attempts
from services.campaigns.store.attempts import Attempt
from services.campaigns.usecases import calls, together
from services.campaigns.usecases.desk import Desk, Work
from services.chassis.errors import Unavailable

SILENCE = timedelta(minutes=2)
VANISHED_AFTER = timedelta(hours=2)


async def poll(desk: Desk, work: Work, stop: asyncio.Event | None = None) -> int:
    """Looks up calls of the campaign that have been silent for two minutes; how many.

    Whom nobody looked at for longest goes first; once `stop` is set no look is begun.
    """
    async with desk.db.transaction(work.caller) as tx:
        silent = await attempts.to_poll(tx, work.campaign_id, tx.now - SILENCE)
    return len(await together.each(silent, partial(_look, desk, work), stop))


async def _look(desk: Desk, work: Work, attempt: Attempt) -> None:
    told = await _told(desk, attempt)
    async with desk.db.transaction(work.caller) as tx:
        await attempts.polled(tx, attempt.id, tx.now)
        if told is not None:
            await calls.learn(tx, attempt.id, _with_the_last_word(told, tx.now))
        if (told is None or told.end is None) and _is_overdue(attempt, tx.now):
            await calls.learn(tx, attempt.id, vanished(tx.now))


async def _told(desk: Desk, attempt: Attempt) -> Known | None:
    """What the provider says about a call; None if it does not, whyever."""
    try:
        report = await desk.telephone.look(attempt.provider_call_id or "")
    except Unavailable:
        return None
    return report.known if report else None


def _with_the_last_word(fact: Known, now: datetime) -> Known:
    """Two minutes after a call's end its analysis is waited for no longer."""
    late = fact.end is not None and fact.end.at + SILENCE <= now
    return replace(fact, analyzed=fact.analyzed or late)


def _is_overdue(attempt: Attempt, now: datetime) -> bool:
    """No call lasts that long; one that was given up already is given up once."""
    taken = attempt.answered_at
    given_up = attempt.state == AttemptState.UNKNOWN
    return taken is not None and not given_up and now - taken >= VANISHED_AFTER
