"""Asks the provider about calls whose reports did not come."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.campaigns.domain.calls import End, Known
from services.campaigns.store import attempts
from services.campaigns.store.attempts import Attempt
from services.campaigns.usecases import calls
from services.campaigns.usecases.desk import Desk, Work
from services.chassis.errors import Unavailable

SILENCE = timedelta(minutes=2)
VANISHED_AFTER = timedelta(hours=2)


async def poll(desk: Desk, work: Work) -> int:
    """Looks up the campaign's calls that have been silent for two minutes; how many."""
    async with desk.db.transaction(work.caller) as tx:
        silent = await attempts.to_poll(tx, work.campaign_id, tx.now - SILENCE)
    for attempt in silent:
        await _look(desk, work, attempt)
    return len(silent)


async def _look(desk: Desk, work: Work, attempt: Attempt) -> None:
    try:
        report = await desk.telephone.look(attempt.provider_call_id or "")
    except Unavailable:
        return
    async with desk.db.transaction(work.caller) as tx:
        await attempts.polled(tx, attempt.id, tx.now)
        fact = report.known if report else _vanished(attempt, tx.now)
        if fact is not None:
            await calls.learn(tx, attempt.id, _with_the_last_word(fact, tx.now))


def _with_the_last_word(fact: Known, now: datetime) -> Known:
    """Two minutes after a call's end its analysis is waited for no longer."""
    late = fact.end is not None and fact.end.at + SILENCE <= now
    return replace(fact, analyzed=fact.analyzed or late)


def _vanished(attempt: Attempt, now: datetime) -> Known | None:
    """A call that the provider forgot ends for an unknown reason, hours later."""
    taken = attempt.answered_at
    if taken is None or now - taken < VANISHED_AFTER:
        return None
    return Known(end=End("", now), analyzed=True)
