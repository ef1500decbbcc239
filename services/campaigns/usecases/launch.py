"""Preview and launch: the same look at the same people, and at the end one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.campaigns.domain import errors, estimate, launching, permissions
from services.campaigns.domain.audience import Audience, Wanted
from services.campaigns.domain.campaigns import Timing
from services.campaigns.domain.estimate import Forecast
from services.campaigns.domain.launching import Exclusion, Invited, Order
from services.campaigns.domain.permissions import Action, GroupView
from services.campaigns.domain.policies import Policy
from services.campaigns.store import (
    audit,
    campaigns,
    decisions,
    learned,
    policies,
    recipients,
    suppressions,
    windows,
)
from services.campaigns.store.campaigns import New
from services.campaigns.store.recipients import Frozen
from services.campaigns.usecases import holding
from services.campaigns.usecases.ports import Workflows
from services.chassis import requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.errors import Unavailable
from services.chassis.ids import new_id
from services.chassis.requests import Request

MEDICAL_WARNING = "Say nothing about the nature of the visit: this account is under health rules."


class Audiences(Protocol):
    """Who resolves an audience; refuses with `Unavailable` when nobody answers."""

    async def freeze(self, tenant_id: UUID, wanted: Wanted) -> Audience: ...


@dataclass(frozen=True, slots=True)
class Launching:
    """What a launch works with."""

    db: Database
    audiences: Audiences
    workflows: Workflows


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen."""

    will_call: int
    exclusions: tuple[Exclusion, ...]
    forecast: Forecast | None
    cost: int | None
    live_campaigns: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Launched:
    """What happened: nobody is called yet."""

    campaign_id: UUID
    group_name: str | None
    total: int
    timing: Timing
    estimated_completion: datetime | None


async def preview(desk: Launching, caller: Caller, order: Order) -> Preview:
    """Looks at everybody as a launch would, and changes nothing."""
    permissions.allow(caller, Action.CALL)
    async with desk.db.transaction(caller) as tx:
        launching.checked(order, tx.now)
    audience = await _audience(desk, caller, order)
    async with desk.db.transaction(caller) as tx:
        policy = await policies.read(tx)
        people = await _people(tx, audience, policy)
        will_call = sum(each.reason is None for each in people)
        medical = await learned.is_medical(tx)
        return Preview(
            will_call,
            launching.exclusions(people),
            await _forecast(tx, policy, people),
            None if policy.cost_per_call is None else policy.cost_per_call * will_call,
            len(await campaigns.slots(tx)),
            (MEDICAL_WARNING,) if medical and order.custom_message else (),
        )


async def launch(desk: Launching, caller: Caller, request: Request, order: Order) -> Launched:
    """Freezes the audience and takes a slot in one transaction, then starts the workflow.

    A start that gets lost is made up for by the reconciler.
    """
    permissions.allow(caller, Action.CALL)
    async with desk.db.transaction(caller) as tx:
        launching.checked(order, tx.now)
        if before := await requests.answered(tx, request, Launched):
            return before
    audience = await _audience(desk, caller, order)
    async with desk.db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Launched):
            return before
        launched = await requests.keep(tx, request, await _launch(tx, order, audience))
    await _start(desk, caller, launched)
    return launched


async def _audience(desk: Launching, caller: Caller, order: Order) -> Audience:
    wanted = order.wanted
    if not (wanted.group_id or wanted.is_picked):
        raise errors.no_audience()
    assert caller.tenant_id is not None
    return await desk.audiences.freeze(caller.tenant_id, wanted)


async def _launch(tx: Transaction, order: Order, audience: Audience) -> Launched:
    holders = await campaigns.admit(tx)
    policy = await policies.read(tx)
    people = await _people(tx, audience, policy)
    launching.callable_people(order, people)
    if len(holders) >= policy.live_campaigns:
        raise errors.slots_taken(policy.live_campaigns, holders)
    forecast = await _forecast(tx, policy, people)
    new = _new(order, audience, tx.now, policy, forecast)
    await _store(tx, new, audience, people)
    return Launched(new.id, new.group_name, len(people), order.timing, new.estimated_completion)


def _new(
    order: Order, audience: Audience, now: datetime, policy: Policy, forecast: Forecast | None
) -> New:
    group = audience.group
    group_name = group.name if group else None
    return New(
        id=new_id(),
        group_id=group.id if group else None,
        group_name=group_name,
        group_color=group.color if group else None,
        name=order.name or launching.default_name(group_name, now, policy.hours.zone),
        timing=order.timing,
        priority=order.priority,
        custom_message=order.custom_message or None,
        expires_at=order.expires_at,
        estimated_completion=forecast.finish_p50 if forecast else None,
        total_contacts=len(audience.people),
    )


async def _store(
    tx: Transaction, new: New, audience: Audience, people: tuple[Invited, ...]
) -> None:
    await learned.meet(tx)
    await campaigns.create(tx, new)
    if group := audience.group:
        view = GroupView(group.id, group.visibility, group.permitted_users)
        await learned.introduce_group(tx, view)
    await recipients.freeze(tx, new.id, [_frozen(each) for each in people])
    left_out = {each.facts.contact_id: each.decision for each in people if each.reason}
    await decisions.append_all(tx, new.id, left_out)
    await audit.append(tx, "campaign_launched", new.id, people=len(people))
    await holding.moved(tx, new.id)


async def _people(tx: Transaction, audience: Audience, policy: Policy) -> tuple[Invited, ...]:
    phones = [facts.phone for facts in audience.people if facts.phone]
    suppressed = await suppressions.among(tx, phones)
    return launching.invited(audience.people, suppressed, policy.hours, tx.now)


async def _forecast(
    tx: Transaction, policy: Policy, people: tuple[Invited, ...]
) -> Forecast | None:
    limiter = await windows.read(tx, policy.limits, tx.now)
    wanted = [each.where for each in people if each.reason is None]
    others = await campaigns.people_waiting(tx)
    crowds = estimate.crowds(policy.hours, wanted)
    return estimate.forecast(limiter, crowds, tx.now, others=others)


async def _start(desk: Launching, caller: Caller, launched: Launched) -> None:
    assert caller.tenant_id is not None
    try:
        await desk.workflows.start(caller.tenant_id, launched.campaign_id, launched.total)
    except Unavailable:
        return
    async with desk.db.transaction(caller) as tx:
        await campaigns.workflow_started(tx, launched.campaign_id)


def _frozen(each: Invited) -> Frozen:
    reason = each.reason.value if each.reason else ""
    return Frozen(each.facts.contact_id, each.facts.phone, each.facts.timezone, reason)
