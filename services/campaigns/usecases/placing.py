"""Places one call: sends what was fenced, and writes down what became of it."""

import asyncio

from services.campaigns.domain import calls as facts
from services.campaigns.store import attempts, pending, policies, windows
from services.campaigns.telephony.answers import (
    AccountRefused,
    Answer,
    Lost,
    Placed,
    Refused,
    TryLater,
)
from services.campaigns.usecases import calls, fencing, holding
from services.campaigns.usecases.desk import Desk, Work
from services.campaigns.usecases.fencing import Fenced
from services.chassis import failpoints
from services.chassis.db import Transaction

FENCE_SECONDS = 2.0
PAUSES = (0.2, 1.0)
REUSED_KEY = frozenset({409, 422})


async def place(desk: Desk, work: Work, fenced: Fenced) -> bool:
    """Sends, repeats with the same key while nobody knows the fate, and records.

    False if nothing was sent, or nothing is known yet: then the attempt is
    taken up by whoever recovers it.
    """
    answer, uncertain = await _sent(desk, fenced), fenced.claim.uncertain
    for pause in PAUSES:
        if not isinstance(answer, Lost):
            break
        uncertain = True
        await asyncio.sleep(pause)
        if (repeat := await fencing.fence_again(desk, work, fenced)) is None:
            break
        answer = await _sent(desk, repeat, repeat=True)
    failpoints.hit("after_provider_accept_before_commit")
    if uncertain and not isinstance(answer, Placed):
        return await _looked_up(desk, work, fenced, answer)
    async with desk.db.transaction(work.caller) as tx:
        await _record(desk, tx, work, fenced, answer)
    return isinstance(answer, Placed)


async def _sent(desk: Desk, fenced: Fenced, *, repeat: bool = False) -> Answer:
    """The answer; a fence that is too old sends nothing, by whichever clock."""
    if fenced.stamp.age > FENCE_SECONDS:
        return Lost("late") if repeat or fenced.claim.uncertain else TryLater(0)
    failpoints.hit("before_http")
    return await desk.telephone.call(fenced.order)


async def _looked_up(desk: Desk, work: Work, fenced: Fenced, answer: Answer) -> bool:
    """Adopts the call that an earlier request placed; without one, only a refusal is believed.

    A key that was used with other words is refused too: that tells nothing.
    """
    found = await desk.telephone.find(fenced.claim.id)
    async with desk.db.transaction(work.caller) as tx:
        if found is not None:
            await calls.learn(tx, fenced.claim.id, found.known)
        elif isinstance(answer, Refused) and answer.status not in REUSED_KEY:
            await _record(desk, tx, work, fenced, answer)
        elif isinstance(answer, AccountRefused):
            await holding.hold(tx, work.campaign_id, _account_trouble(answer))
    return found is not None


async def _record(desk: Desk, tx: Transaction, work: Work, fenced: Fenced, answer: Answer) -> None:
    claim, now = fenced.claim, await tx.moment()
    match answer:
        case Placed(call_id):
            await calls.learn(tx, claim.id, facts.placed(call_id, now))
        case Refused(status):
            await calls.learn(tx, claim.id, facts.refused(status, now))
        case TryLater(_, seconds):
            await _requeue(desk, tx, work, fenced, seconds)
        case AccountRefused():
            await _requeue(desk, tx, work, fenced, 0)
            await holding.hold(tx, work.campaign_id, _account_trouble(answer))


async def _requeue(desk: Desk, tx: Transaction, work: Work, fenced: Fenced, seconds: float) -> None:
    """Nothing was placed: the window has its token back, the person waits, nothing is counted.

    They wait for a gap at least, since what refused them would refuse them again.
    """
    claim = fenced.claim
    if not await attempts.release(tx, claim.id, work.token):
        return
    await windows.give_back(tx, [claim.id])
    policy = await policies.read(tx)
    pause = max(policy.limits.gap, desk.virtual(seconds))
    until = {claim.contact_id: await tx.moment() + pause}
    await pending.postpone(tx, work.campaign_id, until, calls.FULL)


def _account_trouble(answer: AccountRefused) -> str:
    return f"the provider refuses the account: http_{answer.status}"
