"""Permits: who of a tenant's campaigns may dial its next batch, and how long the others wait."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.campaigns.domain import pacing
from services.campaigns.domain.campaigns import Priority, State
from services.campaigns.domain.contactability import Reason
from services.campaigns.domain.hours import whereabouts
from services.campaigns.domain.pacing import FOREVER, Limiter, Waiter
from services.campaigns.domain.policies import Policy
from services.campaigns.store import attempts, live, pending, permits, policies, windows
from services.campaigns.store.attempts import Claim
from services.campaigns.store.live import Live
from services.campaigns.store.pending import Candidate, Outlook
from services.campaigns.usecases import holding
from services.campaigns.usecases.desk import Desk, Work
from services.chassis.db import Transaction

GRACE = 2.0  # real seconds: who is called and does not come holds nobody back longer
AWAITED = 1.0
HELD = 600.0
STOPPING = 30.0
AT_ONCE = 50
LOOK_AGAIN = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to dial the claimed people, or how many real seconds to wait, and why.

    Without `left` nobody is to be called any more, and `verdict` says how the
    campaign ends.
    """

    claimed: tuple[Claim, ...] = ()
    seconds: float = 0.0
    state: str = "running"
    reason: str = ""
    left: bool = True
    in_call: int = 0
    done: int = 0
    verdict: str = "completed"


async def ask(desk: Desk, work: Work) -> Permit:
    """Answers rows claimed for the next batch, or the wait for it.

    Everything is asked anew each time, so that an early or a late question is harmless.
    """
    async with desk.db.transaction(work.caller) as tx:
        campaign = await live.lock(tx, work.campaign_id)
        if campaign is None:
            return Permit(left=False, verdict="cancelled")
        answer = _unless_live(campaign, tx.now) or await _if_live(desk, tx, work, campaign)
        return _until_its_expiry(desk, answer, campaign, tx.now)


def _unless_live(campaign: Live, now: datetime) -> Permit | None:
    """The answer to a campaign that may not dial, whatever the window says."""
    if campaign.is_final:
        return Permit(left=False, verdict=campaign.state)
    if campaign.expires_at and campaign.expires_at <= now:
        return Permit(left=False, verdict="expired")
    if campaign.state == "paused":
        return Permit(seconds=HELD, state="paused", reason=campaign.blocking_reason or "paused")
    if campaign.state == "cancelling":
        return Permit(seconds=STOPPING, state="cancelling", reason="being cancelled")
    return None


def _until_its_expiry(desk: Desk, answer: Permit, campaign: Live, now: datetime) -> Permit:
    """Nothing is waited for longer than the campaign lasts."""
    if campaign.expires_at is None:
        return answer
    left = desk.real_seconds(campaign.expires_at - now)
    return replace(answer, seconds=min(answer.seconds, left))


async def _if_live(desk: Desk, tx: Transaction, work: Work, campaign: Live) -> Permit:
    policy = await policies.read(tx)
    if not policy.hours.knows_its_zone:
        return await _nowhere(desk, tx, campaign)
    people = await _people(tx, work, policy)
    outlook = await pending.outlook(tx, work.campaign_id)
    if not people:
        return await _nobody_now(desk, tx, campaign, policy, outlook)
    return await _in_turn(desk, tx, work, campaign, policy, people, outlook)


async def _nowhere(desk: Desk, tx: Transaction, campaign: Live) -> Permit:
    """It can't be known when anybody may be called."""
    reason = Reason.ACCOUNT_WITHOUT_ZONE.words
    await _quiet(tx, campaign, State.WAITING, reason, None)
    return Permit(seconds=desk.real_seconds(LOOK_AGAIN), state=State.WAITING, reason=reason)


async def _people(tx: Transaction, work: Work, policy: Policy) -> list[Candidate]:
    """Up to a batch of people whose hours are open; the others are put off until theirs are."""
    open_now: list[Candidate] = []
    while len(open_now) < policy.limits.batch:
        found = await pending.candidates(tx, work.campaign_id, tx.now, AT_ONCE)
        closed = _closed(found, policy, tx.now)
        await pending.postpone(tx, work.campaign_id, closed, Reason.OUTSIDE_HOURS.words)
        open_now = [each for each in found if each.contact_id not in closed]
        if not closed or not found:
            break
    return open_now[: policy.limits.batch]


def _closed(people: Sequence[Candidate], policy: Policy, now: datetime) -> dict[UUID, datetime]:
    """Until when each of those whose hours are closed must wait; the dial itself checks again."""
    until = {}
    for each in people:
        where = whereabouts(each.timezone, policy.hours.zone, each.phone)
        opens = policy.hours.open_from(now, where)
        if opens is not None and opens > now:
            until[each.contact_id] = opens
    return until


async def _nobody_now(
    desk: Desk, tx: Transaction, campaign: Live, policy: Policy, outlook: Outlook
) -> Permit:
    """People are in calls, wait for their hours, or are done."""
    done = outlook.total - outlook.pending - outlook.in_call
    if not outlook.pending and not outlook.in_call:
        return Permit(left=False, done=done)
    await permits.leave(tx, campaign.id)
    if outlook.in_call or outlook.next_at is None:
        wait, state = LOOK_AGAIN, _between_batches(campaign)
        reason = "calls in hand are being finished"
    else:
        closed = outlook.reason == Reason.OUTSIDE_HOURS.words
        wait = outlook.next_at - tx.now
        state = State.WAITING if closed else _between_batches(campaign)
        local = outlook.next_at.astimezone(ZoneInfo(policy.hours.zone))
        reason = f"{outlook.reason} until {local:%Y-%m-%d %H:%M}"
    await _quiet(tx, campaign, state, reason, outlook.next_at)
    return Permit(
        seconds=desk.real_seconds(wait),
        state=state,
        reason=reason,
        in_call=outlook.in_call,
        done=done,
    )


async def _in_turn(
    desk: Desk,
    tx: Transaction,
    work: Work,
    campaign: Live,
    policy: Policy,
    people: Sequence[Candidate],
    outlook: Outlook,
) -> Permit:
    """Grants the batch if window, gap and queue allow it; else takes a place in the queue."""
    done = outlook.total - outlook.pending - outlook.in_call
    limiter, now = await windows.lock(tx, policy.limits)
    queue = await permits.waiting(tx)
    before = _before(desk, campaign, queue, now)
    moment = (
        limiter.free_at(now, len(people), urgent=True)
        if campaign.priority >= Priority.URGENT.rank
        else pacing.turn(limiter, now, len(people), before)
    )
    if moment <= now:
        claimed = await _grant(tx, work, campaign, people, now)
        return Permit(tuple(claimed), in_call=outlook.in_call, done=done)
    wait = timedelta(0) if moment == FOREVER else moment - now
    seconds = desk.real_seconds(wait) if wait else AWAITED
    await permits.wait(tx, campaign.id, now, now + desk.virtual(seconds))
    reason = _why(limiter, now, len(people), before)
    known = None if moment == FOREVER else moment
    state = _between_batches(campaign)
    await _quiet(tx, campaign, state, reason, known)
    return Permit(seconds=seconds, state=state, reason=reason, in_call=outlook.in_call, done=done)


def _between_batches(campaign: Live) -> State:
    """Once it has dialled it runs, however quiet it is."""
    return State.WAITING if campaign.started_at is None else State.RUNNING


def _before(desk: Desk, campaign: Live, queue: Sequence[Waiter], now: datetime) -> int:
    mine = next((each for each in queue if each.campaign == campaign.id), None)
    me = mine or Waiter(campaign.id, campaign.priority, now, now)
    return pacing.ahead(me, queue, now, desk.virtual(GRACE))


async def _quiet(
    tx: Transaction, campaign: Live, state: str, reason: str, until: datetime | None
) -> None:
    await live.blocked(tx, campaign.id, state, reason, until)
    if state != campaign.state:
        await holding.moved(tx, campaign.id)


async def _grant(
    tx: Transaction, work: Work, campaign: Live, people: Sequence[Candidate], now: datetime
) -> list[Claim]:
    chosen = [each.contact_id for each in people]
    claimed = await attempts.claim(tx, work.campaign_id, chosen, work.token, now)
    await pending.in_call(tx, work.campaign_id, chosen)
    await windows.take(tx, attempts.ids_of(claimed), now)
    await permits.leave(tx, work.campaign_id)
    if campaign.started_at is not None:
        await _goes_on(tx, campaign)
    return claimed


async def _goes_on(tx: Transaction, campaign: Live) -> None:
    await live.running(tx, campaign.id)
    if campaign.state != State.RUNNING:
        await holding.moved(tx, campaign.id)


def _why(limiter: Limiter, now: datetime, size: int, before: int) -> str:
    """The sentence that operators and people read; it names nobody."""
    limits = limiter.limits
    minutes = int(limits.window.total_seconds() // 60)
    held = limiter.held(now)
    if held + size > limits.calls:
        return f"window full: {held} of {limits.calls} calls in {minutes} minutes"
    if before:
        return f"waits its turn: campaigns ahead: {before}"
    return f"{int(limits.gap.total_seconds())} seconds between batches"
