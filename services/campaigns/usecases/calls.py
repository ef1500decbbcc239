"""Learns facts about calls, from whichever side and in whatever order they arrive."""

from dataclasses import dataclass
from uuid import UUID

from services.campaigns.domain import calls
from services.campaigns.domain.calls import AttemptState, Known, Result
from services.campaigns.domain.events import AttemptEnded, SuppressionAdded
from services.campaigns.domain.outcomes import Outcome
from services.campaigns.store import attempts, live, pending, policies, suppressions, windows
from services.campaigns.store.attempts import Attempt
from services.campaigns.usecases import holding
from services.chassis import outbox
from services.chassis.db import Transaction

FULL = "provider is full"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known now, and what is told to others."""

    known: Known
    told: Result | None


async def learn(tx: Transaction, attempt_id: UUID, fact: Known) -> Learnt | None:
    """Joins a fact to what is known, with everything that follows from it.

    Facts may come in any order, any number of times; None if there is no such
    attempt.
    """
    attempt = await attempts.lock(tx, attempt_id)
    if attempt is None:
        return None
    before, known = attempt.known, calls.joined(attempt.known, fact)
    told, told_before = calls.result(known), calls.result(before)
    if known == before and attempt.state == known.state:
        return Learnt(known, told)
    version = attempt.version + (told is not None and told != told_before)
    await attempts.learn(tx, attempt_id, known, told, version)
    if _is_first_trace(before, known):
        await _found_out(tx, attempt, known)
    if told is not None and told != told_before:
        await _tell(tx, attempt, known, told, version)
    elif known.state is AttemptState.UNKNOWN:
        await pending.needs_attention(tx, attempt.campaign_id, attempt.contact_id, attempt.n)
    return Learnt(known, told)


def _is_first_trace(before: Known, now: Known) -> bool:
    """Whether the provider is only now known to have answered, or never to answer."""
    return not _is_traced(before) and _is_traced(now)


def _is_traced(known: Known) -> bool:
    return bool(known.call_id or known.end or known.untraceable)


async def _found_out(tx: Transaction, attempt: Attempt, known: Known) -> None:
    """The window's place is taken for a window more; a call thought refused is in hand again."""
    policy = await policies.read(tx)
    await windows.answered(tx, attempt.id, policy.limits)
    if attempt.state == AttemptState.CLAIMED and known.call_id:
        await pending.in_call_after_all(tx, attempt.campaign_id, attempt.contact_id, attempt.n)


async def _tell(
    tx: Transaction, attempt: Attempt, known: Known, told: Result, version: int
) -> None:
    campaign = await live.find(tx, attempt.campaign_id)
    group_id = campaign.group_id if campaign else None
    await outbox.append(tx, announcement(attempt, group_id, known, told, version))
    if told.outcome is Outcome.OPTED_OUT and attempt.phone:
        await _suppress(tx, attempt.phone)
    await _place(tx, attempt, told)


def announcement(
    attempt: Attempt, group_id: UUID | None, known: Known, told: Result, version: int
) -> AttemptEnded:
    """What others are told about a call that ended."""
    return AttemptEnded(
        attempt_id=attempt.id,
        campaign_id=attempt.campaign_id,
        group_id=group_id,
        contact_id=attempt.contact_id,
        dialled_at=known.answered_at or told.ended_at,
        ended_at=told.ended_at,
        outcome=told.outcome,
        reason=told.reason,
        appointment_action=told.action,
        duration_seconds=told.seconds,
        version=version,
        attempt_no=attempt.n,
        sentiment=told.sentiment,
        counts=told.counts,
        answered=told.answered,
    )


async def _suppress(tx: Transaction, phone: str) -> None:
    if await suppressions.opted_out(tx, phone):
        await outbox.append(tx, SuppressionAdded(phone))


async def _place(tx: Transaction, attempt: Attempt, told: Result) -> None:
    """Puts the person where the call leaves them; an account's trouble holds the campaign."""
    if not told.requeues:
        await pending.done(tx, attempt.campaign_id, attempt.contact_id, attempt.n, told)
        return
    policy = await policies.read(tx)
    until = {attempt.contact_id: await tx.moment() + policy.limits.gap}
    await pending.postpone(tx, attempt.campaign_id, until, FULL)
    if told.outcome is Outcome.ACCOUNT_FATAL:
        await holding.hold(
            tx, attempt.campaign_id, f"the provider refuses the account: {told.reason}"
        )
