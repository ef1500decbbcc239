"""The groups of one contact, set as a whole."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis import requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.ids import new_id
from services.chassis.requests import Request
from services.groups.domain import errors, members, permissions, selections
from services.groups.domain.groups import Ref
from services.groups.domain.members import Origin
from services.groups.domain.permissions import Action
from services.groups.store import groups, history, tenants
from services.groups.store import members as store
from services.groups.usecases import membership


@dataclass(frozen=True, slots=True)
class SetGroups:
    """The groups that a contact is to be in, of those that the caller sees."""

    contact_id: UUID
    group_ids: tuple[UUID, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GroupsSet:
    """Where the contact is now, and what it took."""

    contact_id: UUID
    groups: tuple[Ref, ...]
    added: int
    removed: int
    operation_id: UUID | None
    undo_until: datetime


async def set_groups(db: Database, caller: Caller, request: Request, order: SetGroups) -> GroupsSet:
    """Joins and leaves what it takes, as one operation; hidden groups stay as they are."""
    permissions.allow(caller, Action.MANAGE_MEMBERS)
    wanted = selections.few_groups(order.group_ids)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, GroupsSet):
            return before
        alone = (order.contact_id,)
        if not await history.known(tx, alone):
            raise errors.no_contact()
        now = {ref.id for ref in await _groups(tx, order.contact_id)}
        origin = Origin(new_id(), reason=order.reason)
        await groups.lock_all(tx, now | set(wanted))
        added = await membership.enter(tx, alone, wanted, origin)
        removed = await _leave(tx, order.contact_id, now - set(wanted), origin)
        profile = await tenants.profile(tx)
        done = GroupsSet(
            order.contact_id,
            await _groups(tx, order.contact_id),
            added,
            removed,
            origin.operation_id if added or removed else None,
            members.undo_until(tx.now, profile.undo_window_minutes, tx.clock.scale),
        )
        return await requests.keep(tx, request, done)


async def _leave(tx: Transaction, contact_id: UUID, group_ids: set[UUID], origin: Origin) -> int:
    """Locked groups are looked into again: somebody may have been faster."""
    at, left = await tx.moment(), 0
    for group_id in sorted(group_ids):
        if await history.members(tx, group_id, (contact_id,)):
            await membership.leave(tx, group_id, (contact_id,), origin, at)
            left += 1
    return left


async def _groups(tx: Transaction, contact_id: UUID) -> tuple[Ref, ...]:
    return (await store.groups_of(tx, (contact_id,))).get(contact_id, ())
