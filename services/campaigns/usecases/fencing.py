"""The dial transaction: everything is checked once more, then the attempt may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.campaigns.domain import contactability
from services.campaigns.domain.audience import Sheet
from services.campaigns.domain.calls import untraceable
from services.campaigns.domain.contactability import (
    Circumstances,
    Decision,
    DialFacts,
    Reason,
    Verdict,
)
from services.campaigns.domain.policies import Policy
from services.campaigns.store import (
    attempts,
    circumstances,
    decisions,
    live,
    pending,
    policies,
    windows,
)
from services.campaigns.store.attempts import Claim
from services.campaigns.store.live import Live
from services.campaigns.telephony.answers import Order
from services.campaigns.usecases import calls, holding
from services.campaigns.usecases.desk import Desk, Stamp, Work
from services.chassis.db import Transaction


@dataclass(frozen=True, slots=True)
class Fenced:
    """An order that may be sent within seconds of the stamp, and the facts it was decided on."""

    claim: Claim
    order: Order
    stamp: Stamp
    sheet: Sheet
    asked: Stamp


async def fence(desk: Desk, work: Work, claim: Claim, sheet: Sheet, asked: Stamp) -> Fenced | None:
    """Decides on one person and writes it down; None if they are not dialled now."""
    stamp = Stamp.now()
    async with desk.db.transaction(work.caller) as tx:
        passage = await _gate(tx, work, claim, sheet, asked)
        if passage.decision.verdict is not Verdict.DIAL:
            await _let_go(tx, work, claim, passage.decision)
    if passage.order is None:
        return None
    if passage.is_first:
        await _begin(desk, work)
    return Fenced(claim, passage.order, stamp, sheet, asked)


async def _begin(desk: Desk, work: Work) -> None:
    """Apart from the fence, which shares the campaign's row with those of its batch."""
    async with desk.db.transaction(work.caller) as tx:
        if await live.started(tx, work.campaign_id):
            await live.running(tx, work.campaign_id)
            await holding.moved(tx, work.campaign_id)


async def fence_again(desk: Desk, work: Work, fenced: Fenced) -> Fenced | None:
    """Decides anew before a repeat with the same key, on the same facts while they are fresh.

    None leaves the attempt as it is: whoever recovers it looks for its call first.
    """
    stamp = Stamp.now()
    async with desk.db.transaction(work.caller) as tx:
        passage = await _gate(tx, work, fenced.claim, fenced.sheet, fenced.asked)
    return replace(fenced, stamp=stamp) if passage.order else None


@dataclass(frozen=True, slots=True)
class _Passage:
    """What was decided, the order if it may be sent, and whether it is the campaign's first."""

    decision: Decision
    order: Order | None = None
    is_first: bool = False


async def _gate(tx: Transaction, work: Work, claim: Claim, sheet: Sheet, asked: Stamp) -> _Passage:
    """Whatever may ring somebody passes here.

    Suppression, caps, hours, the window's token and the campaign's own state
    are read here, under the phone's lock; facts older than ten seconds dial nobody.
    """
    campaign = await live.share(tx, work.campaign_id)
    policy = await policies.read(tx)
    facts = sheet.people.get(claim.contact_id) or DialFacts(
        contact_id=claim.contact_id, deleted=True
    )
    around = await _circumstances(tx, work, claim, campaign, policy, facts, sheet, asked)
    decision = contactability.decide(facts, around, await tx.moment())
    await decisions.append(tx, work.campaign_id, claim.contact_id, claim.id, decision)
    if decision.verdict is not Verdict.DIAL or campaign is None:
        return _Passage(decision)
    if not await attempts.fence(tx, claim.id, work.token, facts.phone):
        return _Passage(decision)
    order = _order(work, claim, campaign, policy, facts)
    return _Passage(decision, order, campaign.started_at is None)


async def _circumstances(
    tx: Transaction,
    work: Work,
    claim: Claim,
    campaign: Live | None,
    policy: Policy,
    facts: DialFacts,
    sheet: Sheet,
    asked: Stamp,
) -> Circumstances:
    phone = await circumstances.of_phone(
        tx,
        facts.phone,
        attempt_id=claim.id,
        campaign_id=work.campaign_id,
        contact_id=claim.contact_id,
    )
    return Circumstances(
        hours=policy.hours,
        live=campaign is not None and campaign.may_dial(tx.now),
        facts_age=asked.age,
        group_deleted=sheet.group_deleted,
        suppressed=phone.suppressed,
        phone_called_before=phone.called_before,
        phone_in_call=phone.in_call,
        calls_today=phone.calls_today,
        calls_this_week=phone.calls_this_week,
        calls_a_day=policy.calls_a_day,
        calls_a_week=policy.calls_a_week,
    )


async def _let_go(tx: Transaction, work: Work, claim: Claim, decision: Decision) -> None:
    """Nobody rings: the token is free, the person skipped or back in line.

    A request that may have been sent before is never taken back: it waits to be
    found, or is left to a person.
    """
    if claim.uncertain:
        if decision.verdict is Verdict.SKIP:
            await calls.learn(tx, claim.id, untraceable())
        return
    if not await attempts.release(tx, claim.id, work.token):
        return
    await windows.give_back(tx, [claim.id])
    reason = decision.reason or Reason.NOT_LIVE
    if decision.verdict is Verdict.SKIP:
        await pending.skip(tx, work.campaign_id, claim.contact_id, reason)
        await attempts.forget(tx, claim.id)
    else:
        policy, now = await policies.read(tx), await tx.moment()
        until = {claim.contact_id: max(decision.until or now, now + policy.limits.gap)}
        await pending.postpone(tx, work.campaign_id, until, reason.words)


def _order(work: Work, claim: Claim, campaign: Live, policy: Policy, facts: DialFacts) -> Order:
    return Order(
        attempt_id=claim.id,
        campaign_id=work.campaign_id,
        tenant_id=work.tenant_id,
        from_number=policy.caller_id_for(claim.contact_id),
        to_number=facts.phone,
        variables=_variables(campaign, facts),
    )


def _variables(campaign: Live, facts: DialFacts) -> Mapping[str, str]:
    """What the voice agent may say; empty ones are left out."""
    appointment = facts.appointment_time.isoformat() if facts.appointment_time else ""
    said = {
        "name": facts.name,
        "language": facts.language,
        "appointment_time": appointment,
        "appointment_type": facts.appointment_type,
        "owner_name": facts.owner_name,
        "custom_message": campaign.custom_message or "",
    }
    return {name: value for name, value in said.items() if value}
