"""Contacts in pages, by their groups and other filters."""

import time
from dataclasses import dataclass

from services.chassis import listing
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.listing import Pagination, Paging, Start
from services.chassis.pages import PageTokens
from services.groups.domain import masking, permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry, storable
from services.groups.domain.contacts import Contact
from services.groups.domain.permissions import Action
from services.groups.domain.selections import Selection
from services.groups.store import audit, selections
from services.groups.store.contacts import COLUMNS, Row
from services.groups.store.selections import Manner, Total
from services.groups.usecases import choosing, contacts
from services.groups.usecases.choosing import Chosen


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A page of contacts, the filter in words, and the milliseconds that it took."""

    contacts: tuple[Contact, ...]
    pagination: Pagination
    sentence: str
    milliseconds: float


async def list_contacts(
    db: Database, caller: Caller, tokens: PageTokens, selection: Selection, paging: Paging
) -> ContactPage:
    """A page of contacts by name; in a medical tenant the reading is audited."""
    begun_at = time.perf_counter()
    permissions.allow(caller, Action.VIEW)
    begun = listing.start(tokens, caller, selection, paging)
    async with db.transaction(caller) as tx:
        chosen = await choosing.choose(tx, selection)
        manner = await choosing.manner(tx, chosen, begun)
        total = await _total(tx, chosen, manner, begun)
        rows = await selections.page(
            tx,
            Row,
            COLUMNS,
            chosen.selection,
            manner,
            begun.size + 1,
            after=begun.after_row,
            offset=begun.offset,
        )
        shown, last = listing.cut(rows, begun)
        found = await contacts.with_relations(tx, [row.contact() for row in shown])
        medical = chosen.tenant.medical
        if medical:
            await audit.append(tx, _reading(caller, chosen, begun, len(found)), tx.now)
        mark = (last.sort_key, str(last.id), manner.broad) if last else None
        pagination = listing.finish(tokens, begun, mark, total.count, capped=total.capped)
        masked = tuple(masking.listed(caller, each, medical=medical) for each in found)
        taken = (time.perf_counter() - begun_at) * 1000
        return ContactPage(masked, pagination, chosen.sentence, round(taken, 2))


async def _total(tx: Transaction, chosen: Chosen, manner: Manner, begun: Start) -> Total:
    if begun.before is not None:
        return Total(begun.before.total, begun.before.capped)
    return await selections.total(tx, chosen.selection, manner)


def _reading(caller: Caller, chosen: Chosen, begun: Start, count: int) -> Entry:
    """A reading by one group is an entry of that group; several are named."""
    named = chosen.asked.group_ids
    return Entry(
        Audited.CONTACTS_READ,
        named[0] if len(named) == 1 else None,
        after={
            "page": begun.page,
            "contacts": count,
            "fields": list(masking.shown(caller)),
            "groups": storable(named),
        },
    )
