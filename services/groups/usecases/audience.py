"""What campaigns ask of groups: whom to call, whether still, and their names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.groups.domain import audience as rules
from services.groups.domain import errors, permissions
from services.groups.domain.audience import Audience
from services.groups.domain.permissions import Action
from services.groups.domain.selections import Selection
from services.groups.store import audience, groups, history, selections
from services.groups.usecases import choosing


@dataclass(frozen=True, slots=True)
class Asked:
    """A group, a selection, or a selection within a group, and how many it may be at most."""

    group_id: UUID | None
    selection: Selection
    limit: int


async def freeze(db: Database, caller: Caller, asked: Asked) -> Audience:
    """The audience as it is now; a group that the caller can't see is refused as absent."""
    async with db.transaction(caller) as tx:
        group, selection = None, asked.selection
        if asked.group_id is not None:
            found = await groups.find(tx, asked.group_id)
            group = permissions.allowed(caller, Action.VIEW, found)
            selection = replace(selection, all=(*selection.all, group.id))
        elif selection == Selection():
            raise errors.not_given("group_id")
        chosen = (await choosing.choose(tx, selection)).selection
        unknown = set(chosen.ids) - await history.known(tx, chosen.ids)
        if unknown:
            raise errors.unknown_contacts(unknown)
        contacts = await audience.chosen(tx, chosen, asked.limit + 1)
        if len(contacts) > asked.limit:
            total = await selections.total(tx, chosen, await selections.manner(tx, chosen))
            raise errors.too_many_contacts(total.count, asked.limit)
        return Audience(tuple(contacts), tx.now, group)


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
