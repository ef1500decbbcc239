"""Groups: created with their first members, read, changed, deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.chassis import errors as refusals
from services.chassis import outbox, requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.ids import new_id
from services.chassis.requests import Request
from services.groups.domain import activity, errors, groups, members, permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry, storable
from services.groups.domain.events import GroupChanged
from services.groups.domain.groups import Fields, Group
from services.groups.domain.members import AddedVia, Origin
from services.groups.domain.permissions import Action
from services.groups.store import audit, history, people, tenants
from services.groups.store import groups as store
from services.groups.usecases import membership


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """A group to make, with the contacts that join at once."""

    fields: Fields
    contact_ids: tuple[UUID, ...] = ()
    via: AddedVia = AddedVia.PERSON


@dataclass(frozen=True, slots=True)
class UpdateGroup:
    """New values by field, for the version that the caller read."""

    group_id: UUID
    values: Mapping[str, Any]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """A group to delete, with its name as it was typed."""

    group_id: UUID
    confirm_name: str = ""
    etag: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion did."""

    group_id: UUID
    name: str
    memberships_removed: int
    operation_id: UUID
    undo_until: datetime


async def create_group(db: Database, caller: Caller, request: Request, order: CreateGroup) -> Group:
    """Makes the group and its memberships, or nothing."""
    permissions.allow(caller, Action.CREATE)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Group):
            return before
        return await requests.keep(tx, request, await create(tx, order))


async def create(tx: Transaction, order: CreateGroup) -> Group:
    """Does it inside a transaction, whatever the caller's role."""
    await _people_are_known(tx, order.fields)
    asked = members.distinct(order.contact_ids, "initial_contact_ids")
    joining = members.join(asked, await history.known(tx, asked), ())
    group_id = new_id()
    if not await store.is_free(tx, order.fields.name, group_id):
        raise errors.name_taken(order.fields.name)
    at = await tx.moment()
    await store.create(tx, group_id, order.fields, at)
    await store.note(tx, group_id, activity.CREATED, at)
    origin = Origin(new_id(), order.via)
    entry = Entry(
        Audited.GROUP_CREATED,
        group_id,
        operation_id=origin.operation_id,
        after=_stored(order.fields) | {"initial_contacts": len(joining.new)},
    )
    await audit.append(tx, entry, at)
    await outbox.append(tx, GroupChanged(await _found(tx, group_id)))
    if joining.new:
        await membership.join(tx, group_id, joining.new, origin, at)
    return await _found(tx, group_id)


async def get_group(db: Database, caller: Caller, group_id: UUID) -> Group:
    """One visible group."""
    async with db.transaction(caller) as tx:
        return permissions.allowed(caller, Action.VIEW, await store.find(tx, group_id))


async def update_group(db: Database, caller: Caller, request: Request, order: UpdateGroup) -> Group:
    """Changes the fields given; a change that changes nothing leaves no trace."""
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Group):
            return before
        group = await _locked(tx, Action.EDIT, order.group_id, order.etag)
        after = groups.changed(group.fields, order.values)
        if groups.differences(group.fields, after):
            group = await _change(tx, group, after)
        return await requests.keep(tx, request, group)


async def delete_group(
    db: Database, caller: Caller, request: Request, order: DeleteGroup
) -> Deleted:
    """Ends every membership and marks the group as deleted."""
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Deleted):
            return before
        group = await _locked(tx, Action.DELETE, order.group_id, order.etag)
        groups.confirm(group, order.confirm_name)
        at = await tx.moment()
        origin = Origin(new_id(), reason=order.reason)
        everyone = await history.everyone(tx, group.id)
        if everyone:
            await membership.leave(tx, group.id, everyone, origin, at)
        await store.remove(tx, group.id, at)
        gone = replace(group, contact_count=0, updated_at=at, deleted_at=at)
        await outbox.append(tx, GroupChanged(gone))
        await audit.append(tx, _deletion(group, origin), at)
        profile = await tenants.profile(tx)
        until = members.undo_until(tx.now, profile.undo_window_minutes, tx.clock.scale)
        deleted = Deleted(group.id, group.name, len(everyone), origin.operation_id, until)
        return await requests.keep(tx, request, deleted)


async def _locked(tx: Transaction, action: Action, group_id: UUID, etag: str) -> Group:
    group = permissions.allowed(tx.caller, action, await store.lock(tx, group_id))
    if etag and etag != group.etag:
        raise refusals.etag_mismatch(etag, group.etag)
    return group


async def _change(tx: Transaction, group: Group, after: Fields) -> Group:
    await _people_are_known(tx, after)
    if not await store.is_free(tx, after.name, group.id):
        raise errors.name_taken(after.name)
    at = await tx.moment()
    await store.write(tx, group.id, after, at)
    await store.note(tx, group.id, activity.EDITED, at)
    changes = groups.differences(group.fields, after)
    entry = Entry(
        Audited.GROUP_UPDATED,
        group.id,
        before={name: storable(old) for name, (old, _) in changes.items()},
        after={name: storable(new) for name, (_, new) in changes.items()},
    )
    await audit.append(tx, entry, at)
    changed = await _found(tx, group.id)
    await outbox.append(tx, GroupChanged(changed))
    return changed


async def _people_are_known(tx: Transaction, fields: Fields) -> None:
    if fields.permitted_users:
        missing = fields.permitted_users - await people.known(tx, fields.permitted_users)
        if missing:
            raise errors.unknown_people(missing)


async def _found(tx: Transaction, group_id: UUID) -> Group:
    group = await store.find(tx, group_id)
    if group is None:
        raise errors.no_group()
    return group


def _deletion(group: Group, origin: Origin) -> Entry:
    return Entry(
        Audited.GROUP_DELETED,
        group.id,
        operation_id=origin.operation_id,
        reason=origin.reason,
        before=_stored(group.fields) | {"memberships": group.contact_count},
    )


def _stored(fields: Fields) -> dict[str, Any]:
    empty = Fields("")
    changes = groups.differences(empty, fields)
    return {name: storable(new) for name, (_, new) in changes.items()}
