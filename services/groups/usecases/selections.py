"""Selections kept for later, so that "all that match" can be acted on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.groups.domain import masking, permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry, storable
from services.groups.domain.permissions import Action
from services.groups.domain.selections import Named, Selection
from services.groups.store import audit, keeping
from services.groups.store import selections as store
from services.groups.usecases import choosing
from services.groups.usecases.choosing import Chosen

SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """A selection under its key, with what it holds now."""

    key: UUID
    count: int
    capped: bool
    expires_at: datetime
    sample: tuple[Named, ...]
    sentence: str


async def create_selection(db: Database, caller: Caller, selection: Selection) -> Kept:
    """Keeps the selection as it was asked: "tomorrow" is read again when it is used.

    The sample shows names, so in a medical tenant the reading is audited.
    """
    permissions.allow(caller, Action.VIEW)
    async with db.transaction(caller) as tx:
        chosen = await choosing.choose(tx, selection)
        names_only = masking.is_masked(caller, medical=chosen.tenant.medical)
        manner = await store.manner(tx, chosen.selection, names_only=names_only)
        total = await store.total(tx, chosen.selection, manner)
        sample = await store.sample(tx, chosen.selection, manner, SAMPLE)
        if chosen.tenant.medical:
            await audit.append(tx, _reading(chosen, len(sample)), tx.now)
        key, until = await keeping.keep(tx, chosen.asked, total.count)
        return Kept(key, total.count, total.capped, until, tuple(sample), chosen.sentence)


def _reading(chosen: Chosen, count: int) -> Entry:
    named = chosen.asked.group_ids
    return Entry(
        Audited.CONTACTS_READ,
        named[0] if len(named) == 1 else None,
        after={"contacts": count, "fields": ["name"], "groups": storable(named)},
    )
