"""Dials a campaign, batch by batch: nobody twice, nobody forgotten."""

import asyncio
from dataclasses import dataclass
from functools import partial

import structlog

from services.campaigns.domain.audience import Sheet
from services.campaigns.store import attempts, live, pending, policies, windows
from services.campaigns.store.attempts import Claim
from services.campaigns.usecases import (
    fencing,
    permits,
    placing,
    polling,
    recovering,
    together,
)
from services.campaigns.usecases.desk import Desk, Stamp, Work
from services.chassis import failpoints
from services.chassis.errors import TooLate, Unavailable


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of an attempt to dial a batch; `seconds` is real time to wait."""

    left: bool
    dialled: int = 0
    done: int = 0
    seconds: float = 0.0
    state: str = "running"
    reason: str = ""
    verdict: str = "completed"


async def dial(desk: Desk, work: Work, stop: asyncio.Event) -> Batch:
    """Dials one batch if a permit is granted; otherwise says how long to wait.

    Once `stop` is set nobody else is dialled; requests already sent are seen
    through and recorded.
    """
    again = await recovering.recover(desk, work, redial=True)
    dialled = await _dial(desk, work, again, stop) if again else 0
    permit = await permits.ask(desk, work)
    if permit.claimed:
        dialled += await _dial(desk, work, permit.claimed, stop)
    elif permit.in_call:
        await polling.poll(desk, work, stop)
    return Batch(
        permit.left,
        dialled,
        permit.done,
        permit.seconds,
        permit.state,
        permit.reason,
        permit.verdict,
    )


async def _dial(desk: Desk, work: Work, claims: tuple[Claim, ...], stop: asyncio.Event) -> int:
    asked = Stamp.now()
    try:
        sheet = await _facts(desk, work, claims)
    except (TooLate, Unavailable):
        await _put_back(desk, work, claims, "contacts do not answer")
        return 0
    one = partial(_dial_one, desk, work, sheet=sheet, asked=asked, stop=stop)
    dialled = sum(await together.each(claims, one))
    failpoints.hit("after_commit_before_activity_return")
    structlog.get_logger().info("batch dialled", campaign_id=str(work.campaign_id), count=dialled)
    return dialled


async def _facts(desk: Desk, work: Work, claims: tuple[Claim, ...]) -> Sheet:
    async with desk.db.transaction(work.caller) as tx:
        campaign = await live.find(tx, work.campaign_id)
    group_id = campaign.group_id if campaign else None
    people = [claim.contact_id for claim in claims]
    return await desk.contacts.dial_facts(work.tenant_id, people, group_id)


async def _dial_one(
    desk: Desk, work: Work, claim: Claim, *, sheet: Sheet, asked: Stamp, stop: asyncio.Event
) -> bool:
    if stop.is_set():
        await _put_back(desk, work, (claim,), "the worker stopped")
        return False
    fenced = await fencing.fence(desk, work, claim, sheet, asked)
    if fenced is None:
        return False
    failpoints.hit("after_intent_commit")
    return await placing.place(desk, work, fenced)


async def _put_back(desk: Desk, work: Work, claims: tuple[Claim, ...], why: str) -> None:
    """Nobody of these was rung; requests of unknown fate stay for whoever recovers them."""
    async with desk.db.transaction(work.caller) as tx:
        policy = await policies.read(tx)
        later = await tx.moment() + policy.limits.gap
        for claim in claims:
            if not claim.uncertain and await attempts.release(tx, claim.id, work.token):
                await windows.give_back(tx, [claim.id])
                back = {claim.contact_id: later}
                await pending.postpone(tx, work.campaign_id, back, why)
