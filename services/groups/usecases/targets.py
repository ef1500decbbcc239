"""Which contacts a bulk operation means: by ids, by a selection, or by one kept for later."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.chassis.db import Transaction
from services.chassis.errors import Invalid
from services.chassis.ids import to_uuid
from services.groups.domain import errors, members
from services.groups.domain.members import AT_ONCE
from services.groups.domain.selections import Selection
from services.groups.store import keeping
from services.groups.store import selections as store
from services.groups.usecases import choosing


@dataclass(frozen=True, slots=True)
class Target:
    """Exactly one of ids, token and selection; and how many the person saw."""

    contact_ids: tuple[UUID, ...] = ()
    selection_token: str = ""
    selection: Selection | None = None
    expected_count: int | None = None


async def contacts(tx: Transaction, target: Target, within: UUID | None = None) -> tuple[UUID, ...]:
    """The contacts meant, at most 1,000; a selection can be narrowed to a group's members."""
    ways = (bool(target.contact_ids), bool(target.selection_token), target.selection is not None)
    if sum(ways) != 1:
        raise errors.one_target_only()
    if target.contact_ids:
        found = members.distinct(target.contact_ids)
    elif target.selection is not None:
        found = await _selected(tx, target.selection, within)
    else:
        found = await _kept(tx, target.selection_token)
    members.expect(target.expected_count, len(found))
    return found


async def _selected(tx: Transaction, selection: Selection, within: UUID | None) -> tuple[UUID, ...]:
    narrowed = selection
    if within is not None:
        narrowed = replace(selection, all=(*selection.all, within))
    chosen = (await choosing.choose(tx, narrowed)).selection
    found = await store.ids(tx, chosen, AT_ONCE + 1)
    if len(found) > AT_ONCE:
        total = await store.total(tx, chosen, await store.manner(tx, chosen))
        raise errors.too_many_contacts(total.count, AT_ONCE, "selection")
    return found


async def _kept(tx: Transaction, token: str) -> tuple[UUID, ...]:
    try:
        kept = await keeping.find(tx, to_uuid(token, "selection_token"))
    except Invalid:
        kept = None
    if kept is None:
        raise errors.selection_expired()
    found = await _selected(tx, kept.selection, None)
    members.expect(kept.count, len(found))
    return found
