"""Joining and leaving groups inside a transaction: rows, count, audit and events together."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.chassis import outbox
from services.chassis.db import Transaction
from services.groups.domain import activity, events, permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.members import Origin
from services.groups.domain.permissions import Action
from services.groups.store import audit, groups, history


async def join(
    tx: Transaction, group_id: UUID, contact_ids: Sequence[UUID], origin: Origin, at: datetime
) -> int:
    """Makes non-members members of a locked group; the new number of members."""
    await history.begin(tx, group_id, contact_ids, origin, at)
    await audit.append_each(tx, Audited.MEMBER_ADDED, group_id, contact_ids, origin, at)
    await outbox.append(tx, *events.of_members(group_id, contact_ids, at, joined=True))
    return await groups.count(tx, group_id, len(contact_ids), activity.ADDED, at)


async def leave(
    tx: Transaction, group_id: UUID, contact_ids: Sequence[UUID], origin: Origin, at: datetime
) -> int:
    """Takes members out of a locked group; the new number of members."""
    await history.end(tx, group_id, contact_ids, origin, at)
    await audit.append_each(tx, Audited.MEMBER_REMOVED, group_id, contact_ids, origin, at)
    await outbox.append(tx, *events.of_members(group_id, contact_ids, at, joined=False))
    return await groups.count(tx, group_id, -len(contact_ids), activity.REMOVED, at)


async def enter(
    tx: Transaction, contact_ids: Sequence[UUID], group_ids: Collection[UUID], origin: Origin
) -> int:
    """Makes contacts, which the caller has locked, members of groups; how many joins it took."""
    locked = {group.id: group for group in await groups.lock_all(tx, group_ids)}
    for each in group_ids:
        permissions.allowed(tx.caller, Action.MANAGE_MEMBERS, locked.get(each))
    at, joins = await tx.moment(), 0
    for group_id in locked:
        inside = await history.members(tx, group_id, contact_ids)
        if new := [each for each in contact_ids if each not in inside]:
            await join(tx, group_id, new, origin, at)
            joins += len(new)
    return joins
