"""Joining and leaving groups inside a transaction: rows, count, audit and events together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.chassis import outbox
from services.chassis.db import Transaction
from services.groups.domain import activity, events
from services.groups.domain.audit import Action
from services.groups.domain.members import Origin
from services.groups.store import audit, groups, history


async def join(
    tx: Transaction, group_id: UUID, contact_ids: Sequence[UUID], origin: Origin, at: datetime
) -> int:
    """Makes non-members members of a locked group; the new number of members."""
    await history.begin(tx, group_id, contact_ids, origin, at)
    await audit.append_each(tx, Action.MEMBER_ADDED, group_id, contact_ids, origin, at)
    await outbox.append(tx, *events.of_members(group_id, contact_ids, at, joined=True))
    return await groups.count(tx, group_id, len(contact_ids), activity.ADDED, at)


async def leave(
    tx: Transaction, group_id: UUID, contact_ids: Sequence[UUID], origin: Origin, at: datetime
) -> int:
    """Takes members out of a locked group; the new number of members."""
    await history.end(tx, group_id, contact_ids, origin, at)
    await audit.append_each(tx, Action.MEMBER_REMOVED, group_id, contact_ids, origin, at)
    await outbox.append(tx, *events.of_members(group_id, contact_ids, at, joined=False))
    return await groups.count(tx, group_id, -len(contact_ids), activity.REMOVED, at)


async def leave_all(tx: Transaction, contact_ids: Sequence[UUID], origin: Origin) -> None:
    """Takes contacts, which the caller has locked, out of every group they are in."""
    locked = await history.groups_of(tx, contact_ids)
    at = await tx.moment()
    for group_id in locked:
        theirs = await history.members(tx, group_id, contact_ids)
        if theirs:
            await leave(tx, group_id, sorted(theirs), origin, at)
