"""The members of a group: added and removed by a person."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.chassis import requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.ids import new_id
from services.chassis.requests import Request
from services.groups.domain import errors, members, permissions
from services.groups.domain.groups import Group
from services.groups.domain.members import Origin, Rejected
from services.groups.domain.permissions import Action
from services.groups.store import contacts, history, tenants
from services.groups.store import groups as groups_store
from services.groups.usecases import membership, targets
from services.groups.usecases.targets import Target


@dataclass(frozen=True, slots=True)
class Change:
    """Contacts to add to a group or to take out of it."""

    group_id: UUID
    target: Target
    reason: str = ""
    skip_rejected: bool = False
    validate_only: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of membership did, or would do if there is no operation."""

    group_id: UUID
    group_name: str
    changed: int
    already: int
    new_member_count: int
    rejected: tuple[Rejected, ...] = field(default=())
    operation_id: UUID | None = None
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """One contact to take out of a group."""

    group_id: UUID
    contact_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """What the removal of one contact did."""

    group_id: UUID
    contact_id: UUID
    contact_name: str
    new_member_count: int
    operation_id: UUID
    undo_until: datetime


async def add_members(db: Database, caller: Caller, request: Request, order: Change) -> Changed:
    """Adds the contacts, with audit rows and events, or changes nothing."""
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Changed):
            return before
        await _managed(tx, order.group_id)
        asked = await targets.contacts(tx, order.target)
        known = await history.known(tx, asked)
        group = await _locked(tx, order.group_id)
        inside = await history.members(tx, group.id, asked)
        joining = members.join(asked, known, inside, skip_rejected=order.skip_rejected)
        total = group.contact_count + len(joining.new)
        added = Changed(
            group.id, group.name, len(joining.new), joining.already, total, joining.rejected
        )
        if order.validate_only:
            return added
        if joining.new:
            origin = Origin(new_id(), reason=order.reason)
            await membership.join(tx, group.id, joining.new, origin, await tx.moment())
            added = await _undoable(tx, added, origin)
        return await requests.keep(tx, request, added)


async def remove_members(db: Database, caller: Caller, request: Request, order: Change) -> Changed:
    """Takes the contacts out; those who are not in the group are reported, not refused."""
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Changed):
            return before
        await _managed(tx, order.group_id)
        asked = await targets.contacts(tx, order.target, within=order.group_id)
        known = await history.known(tx, asked)
        group = await _locked(tx, order.group_id)
        leaving = members.leave(asked, known, await history.members(tx, group.id, asked))
        total = group.contact_count - len(leaving.leaving)
        removed = Changed(group.id, group.name, len(leaving.leaving), 0, total, leaving.rejected)
        if order.validate_only:
            return removed
        if leaving.leaving:
            origin = Origin(new_id(), reason=order.reason)
            await membership.leave(tx, group.id, leaving.leaving, origin, await tx.moment())
            removed = await _undoable(tx, removed, origin)
        return await requests.keep(tx, request, removed)


async def remove_member(db: Database, caller: Caller, request: Request, order: Removal) -> Removed:
    """Takes one contact out; the contact and its other groups stay."""
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Removed):
            return before
        await _managed(tx, order.group_id)
        name = await contacts.name(tx, order.contact_id)
        if name is None:
            raise errors.no_contact()
        group = await _locked(tx, order.group_id)
        alone = (order.contact_id,)
        if not await history.members(tx, group.id, alone):
            raise errors.not_a_member()
        origin = Origin(new_id(), reason=order.reason)
        total = await membership.leave(tx, group.id, alone, origin, await tx.moment())
        removed = Removed(
            group.id, order.contact_id, name, total, origin.operation_id, await _until(tx)
        )
        return await requests.keep(tx, request, removed)


async def _managed(tx: Transaction, group_id: UUID) -> Group:
    found = await groups_store.find(tx, group_id)
    return permissions.allowed(tx.caller, Action.MANAGE_MEMBERS, found)


async def _locked(tx: Transaction, group_id: UUID) -> Group:
    found = await groups_store.lock(tx, group_id)
    return permissions.allowed(tx.caller, Action.MANAGE_MEMBERS, found)


async def _undoable(tx: Transaction, changed: Changed, origin: Origin) -> Changed:
    until = await _until(tx)
    return replace(changed, operation_id=origin.operation_id, undo_until=until)


async def _until(tx: Transaction) -> datetime:
    profile = await tenants.profile(tx)
    return members.undo_until(tx.now, profile.undo_window_minutes, tx.clock.scale)
