"""What campaigns ask of groups: whom to call, whether still, and their names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.errors import not_given
from services.groups.domain import audience as rules
from services.groups.domain import errors, permissions
from services.groups.domain.audience import Audience, Facts
from services.groups.domain.permissions import Action
from services.groups.domain.selections import Selection
from services.groups.store import audience, groups, history, selections
from services.groups.usecases import choosing, targets
from services.groups.usecases.targets import Target


@dataclass(frozen=True, slots=True)
class Asked:
    """A group, a selection, or a selection within a group, and how many it may be at most."""

    group_id: UUID | None
    selection: Selection
    limit: int
    selection_token: str = ""


async def freeze(db: Database, caller: Caller, asked: Asked) -> Audience:
    """The audience as it is now; a group that the caller can't see is refused as absent."""
    async with db.transaction(caller) as tx:
        group = None
        if asked.group_id is not None:
            group = permissions.allowed(caller, Action.VIEW, await groups.find(tx, asked.group_id))
        elif asked.selection == Selection() and not asked.selection_token:
            raise not_given("group_id")
        meant = await _meant(tx, asked)
        if meant is None:
            return Audience((), tx.now, group)
        if group:
            meant = replace(meant, all=(*meant.all, group.id))
        return Audience(await _contacts(tx, meant, asked.limit), tx.now, group)


async def _meant(tx: Transaction, asked: Asked) -> Selection | None:
    """The selection itself, or the contacts for which a token stands; None if that is nobody."""
    if not asked.selection_token:
        return asked.selection
    if asked.selection != Selection():
        raise errors.one_target_only()
    target = Target(selection_token=asked.selection_token)
    found = await targets.contacts(tx, target)
    return Selection(ids=found) if found else None


async def _contacts(tx: Transaction, selection: Selection, limit: int) -> tuple[Facts, ...]:
    chosen = (await choosing.choose(tx, selection)).selection
    unknown = set(chosen.ids) - await history.known(tx, chosen.ids)
    if unknown:
        raise errors.unknown_contacts(unknown)
    contacts = await audience.chosen(tx, chosen, limit + 1)
    if len(contacts) > limit:
        total = await selections.total(tx, chosen, await selections.manner(tx, chosen))
        raise errors.too_many_contacts(total.count, limit)
    return tuple(contacts)


async def dial_facts(
    db: Database, caller: Caller, contact_ids: tuple[UUID, ...], group_id: UUID | None
) -> Audience:
    """The facts of this moment, one entry for every contact asked about."""
    async with db.transaction(caller) as tx:
        found = await audience.facts(tx, contact_ids, group_id)
        deleted = group_id is not None and await audience.group_is_deleted(tx, group_id)
        return Audience(rules.in_order(contact_ids, found), tx.now, group_deleted=deleted)


async def names(db: Database, caller: Caller, contact_ids: tuple[UUID, ...]) -> Mapping[UUID, str]:
    """The names that the person may see: every role sees the names of its tenant's contacts."""
    permissions.allow(caller, Action.VIEW)
    async with db.transaction(caller) as tx:
        return await audience.names(tx, contact_ids)
