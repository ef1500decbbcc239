"""Campaigns and their people, as callers read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.campaigns.domain import campaigns as rules
from services.campaigns.domain import errors, permissions
from services.campaigns.domain.campaigns import Campaign, Recipient, RecipientState, State
from services.campaigns.domain.outcomes import Outcome
from services.campaigns.domain.pacing import FOREVER, Limiter
from services.campaigns.domain.permissions import Action
from services.campaigns.domain.policies import Policy
from services.campaigns.store import campaigns as store
from services.campaigns.store import policies, recipients, windows
from services.campaigns.usecases import seeing
from services.chassis import listing
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.listing import Pagination, Paging
from services.chassis.pages import PageTokens


class Names(Protocol):
    """Who knows the names of contacts; empty while nobody answers."""

    async def names(self, tenant_id: UUID, contact_ids: Sequence[UUID]) -> Mapping[UUID, str]: ...


@dataclass(frozen=True, slots=True)
class Window:
    """How full the tenant's window is, and when the next place is free."""

    used: int
    limit: int
    frees_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A campaign with the tenant's window and what the caller may do."""

    campaign: Campaign
    tenant_id: UUID | None
    window: Window
    allowed_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """A page of campaigns."""

    campaigns: tuple[Shown, ...]
    pagination: Pagination


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """A page of a campaign's people, with the names that the caller may see."""

    recipients: tuple[Recipient, ...]
    names: Mapping[UUID, str]
    pagination: Pagination


async def get_campaign(db: Database, caller: Caller, campaign_id: UUID) -> Shown:
    permissions.allow(caller, Action.VIEW)
    async with db.transaction(caller) as tx:
        return await show(tx, await seeing.seen(tx, campaign_id))


async def show(tx: Transaction, campaign: Campaign) -> Shown:
    """The campaign with the window of this moment."""
    (shown,) = await _show(tx, [campaign])
    return shown


async def _show(tx: Transaction, found: Sequence[Campaign]) -> tuple[Shown, ...]:
    """Machines show campaigns to others: they are told what an administrator could do."""
    caller, policy = tx.caller, await policies.read(tx)
    limiter = await windows.read(tx, policy.limits, tx.now)
    window = _window(limiter, tx.now)
    may_act = caller.is_admin or caller.is_machine
    return tuple(
        Shown(each, caller.tenant_id, window, rules.allowed_actions(each.state) if may_act else ())
        for each in found
    )


async def list_campaigns(
    db: Database,
    caller: Caller,
    tokens: PageTokens,
    state: State | None,
    group_id: UUID | None,
    paging: Paging,
) -> CampaignPage:
    """Visible campaigns, the newest first."""
    permissions.allow(caller, Action.VIEW)
    begun = listing.start(tokens, caller, ("campaigns", state, group_id), paging)
    async with db.transaction(caller) as tx:
        total = begun.total
        if total is None:
            total = await store.count(tx, state=state, group_id=group_id)
        after = None
        if begun.after is not None:
            after = (datetime.fromisoformat(str(begun.after[0])), UUID(str(begun.after[1])))
        rows = await store.page(
            tx,
            state=state,
            group_id=group_id,
            size=begun.size + 1,
            after=after,
            offset=begun.offset,
        )
        shown, last = listing.cut(rows, begun)
        mark = (last.created_at.isoformat(), str(last.id)) if last else None
        page = listing.finish(tokens, begun, mark, total)
        return CampaignPage(await _show(tx, shown), page)


async def list_recipients(
    db: Database,
    caller: Caller,
    tokens: PageTokens,
    names: Names,
    campaign_id: UUID,
    state: RecipientState | None,
    outcome: Outcome | None,
    paging: Paging,
) -> RecipientPage:
    """A campaign's people in calling order; their names come from groups."""
    permissions.allow(caller, Action.VIEW)
    begun = listing.start(tokens, caller, (campaign_id, state, outcome), paging)
    async with db.transaction(caller) as tx:
        await seeing.seen(tx, campaign_id)
        total = begun.total
        if total is None:
            total = await recipients.count(tx, campaign_id, state=state, outcome=outcome)
        rows = await recipients.page(
            tx,
            campaign_id,
            state=state,
            outcome=outcome,
            size=begun.size + 1,
            after=int(begun.after[0] or 0) if begun.after else 0,
            offset=begun.offset,
        )
    shown, last = listing.cut(rows, begun)
    page = listing.finish(tokens, begun, (last.position,) if last else None, total)
    if caller.tenant_id is None:
        raise errors.no_campaign()
    people = [each.contact_id for each in shown]
    known = await names.names(caller.tenant_id, people) if people else {}
    return RecipientPage(tuple(shown), known, page)


async def get_policy(db: Database, caller: Caller) -> Policy:
    permissions.allow(caller, Action.POLICY)
    async with db.transaction(caller) as tx:
        return await policies.read(tx)


def _window(limiter: Limiter, now: datetime) -> Window:
    used, limit = limiter.held(now), limiter.limits.calls
    soonest = next((moment for moment in limiter.leaving if moment > now), None)
    known = soonest if used >= limit and soonest != FOREVER else None
    return Window(used, limit, known)
