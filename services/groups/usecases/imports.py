"""Files of contacts: examined whole, then taken in portions, each its own transaction."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from services.chassis import failpoints, outbox, texts
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.errors import Conflict
from services.groups.domain import contacts, errors, importing, permissions, tabular, tenants
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Change, Entry
from services.groups.domain.contacts import Contact
from services.groups.domain.importing import Incoming, Place, Rejected, Seen
from services.groups.domain.members import AddedVia, Origin
from services.groups.domain.permissions import Action
from services.groups.domain.tabular import Line
from services.groups.store import audit, call_facts, contacts_past, groups, history, merging
from services.groups.store import imports as store
from services.groups.store import tenants as tenants_store
from services.groups.store.merging import Taken
from services.groups.usecases import membership

_PORTION = 500
_EXAMPLES = 20
_TRIES = 5
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read, and what everybody in it gets."""

    dry_run: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    default_country: str = ""
    group_id: UUID | None = None
    consent_basis: str = ""
    consent_source: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; a dry run has no id, and an import cut off has no end."""

    id: UUID | None
    mapping: Mapping[str, str]
    at: datetime
    finished_at: datetime | None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    shared_phone: int = 0
    examples: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tally:
    """How far an import has come."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    shared_phone: int = 0

    def plus(self, rows: int, taken: Taken, rejected: int) -> "_Tally":
        """The tally after a portion."""
        changed = len(taken.created) + len(taken.updated)
        return _Tally(
            self.created + len(taken.created),
            self.updated + len(taken.updated),
            self.unchanged + rows - changed - len(taken.lost_rows),
            self.rejected + rejected,
            self.shared_phone + taken.shared_phone,
        )


class _DryRun(Exception):
    """Rolls a portion back once it was counted."""


@dataclass(slots=True)
class _Run:
    """An import under way."""

    db: Database
    caller: Caller
    options: Options
    id: UUID
    seen: Seen = field(default_factory=Seen)
    tally: _Tally = _Tally()
    examples: list[Rejected] = field(default_factory=list)

    def once(self, row: Incoming, line: Line) -> Incoming | Rejected:
        """The row, unless the same contact stood in the file before."""
        first = self.seen.first(row)
        if first is None:
            return row
        name, at = first
        reason = f"The same contact stands in row {at} already."
        return Rejected(row.row, name, reason, line.cells)

    async def take(self, rows: Sequence[Incoming], rejected: Sequence[Rejected]) -> None:
        """One portion, in one transaction, again if others are in the way; a dry run counts."""
        for tries_left in reversed(range(_TRIES)):
            try:
                await self._try(rows, rejected)
                return failpoints.hit("mid_bulk_chunk")
            except Conflict:
                if not tries_left:
                    raise
                await asyncio.sleep(_PAUSE)

    async def _try(self, rows: Sequence[Incoming], rejected: Sequence[Rejected]) -> None:
        with suppress(_DryRun):
            async with self.db.transaction(self.caller) as tx:
                tally, refused = await self._take(tx, rows, rejected)
                if self.options.dry_run:
                    raise _DryRun
        self.tally = tally
        self.examples += refused[: _EXAMPLES - len(self.examples)]

    async def _take(
        self, tx: Transaction, rows: Sequence[Incoming], rejected: Sequence[Rejected]
    ) -> tuple[_Tally, list[Rejected]]:
        options = self.options
        taken = await merging.take(tx, rows, options.consent_basis, options.consent_source)
        refused = [*rejected, *map(_lost, taken.lost_rows)]
        changed = [*taken.created, *(contact.id for _, contact in taken.updated)]
        await call_facts.mark(tx, *changed)
        await outbox.append(tx, *await contacts_past.some(tx, changed))
        await self._audit(tx, taken)
        if options.group_id is not None:
            await self._join(tx, options.group_id, taken.everyone)
        tally = self.tally.plus(len(rows), taken, len(refused))
        if not options.dry_run:
            await store.reject(tx, self.id, refused)
            await store.count(tx, self.id, **asdict(tally))
        return tally, refused

    async def _audit(self, tx: Transaction, taken: Taken) -> None:
        """What the portion did to whom: an import that is cut off is on record so far."""
        basis, source = self.options.consent_basis, self.options.consent_source
        given = Change(after={"basis": basis, "source": source})
        for action, changes in (
            (Audited.CONTACT_CREATED, dict.fromkeys(taken.created, Change())),
            (Audited.CONTACT_UPDATED, dict(_change(*pair) for pair in taken.updated)),
            (Audited.CONSENT_RECORDED, dict.fromkeys(taken.consenting, given)),
        ):
            await audit.append_many(tx, action, self.id, changes, tx.now)

    async def _join(self, tx: Transaction, group_id: UUID, everyone: Sequence[UUID]) -> None:
        found = await groups.lock(tx, group_id)
        group = permissions.allowed(self.caller, Action.MANAGE_MEMBERS, found)
        inside = await history.members(tx, group.id, everyone)
        joining = [each for each in everyone if each not in inside]
        if joining:
            origin = Origin(self.id, AddedVia.IMPORT)
            await membership.join(tx, group.id, joining, origin, await tx.moment())


async def import_contacts(
    db: Database, caller: Caller, import_id: UUID, options: Options, file: BinaryIO
) -> Imported:
    """Takes every good row and keeps every bad one with its reason.

    The file is examined whole before anything is written, so that one that can't
    be read changes nothing. If the import is cut off, the portions taken so far stay,
    counted and audited under its id; importing the file again takes the others.
    """
    permissions.allow(caller, Action.CREATE)
    place, at = await _place(db, caller, options)
    table = await asyncio.to_thread(tabular.examine, file)
    columns = importing.mapping(table.columns, options.mapping)
    named = {table.columns[number]: name for number, name in columns.items()}
    run = _Run(db, caller, options, import_id)
    if not options.dry_run:
        await _begin(run, table.columns, named)
    lines = tabular.rows(file, table)
    while portion := await asyncio.to_thread(_portion, lines, columns, place, run):
        rows = [each for each in portion if isinstance(each, Incoming)]
        await run.take(rows, [each for each in portion if isinstance(each, Rejected)])
    return Imported(
        None if options.dry_run else run.id,
        named,
        at,
        None if options.dry_run else await _end(run),
        **asdict(run.tally),
        examples=tuple(run.examples),
    )


async def get_import(db: Database, caller: Caller, import_id: UUID) -> Imported:
    """What became of an import."""
    permissions.allow(caller, Action.CREATE)
    async with db.transaction(caller) as tx:
        found = await store.find(tx, import_id)
        if found is None:
            raise errors.no_import()
        return Imported(
            found.id,
            found.mapping,
            found.at,
            found.finished_at,
            found.created,
            found.updated,
            found.unchanged,
            found.rejected,
            found.shared_phone,
        )


async def download_errors(db: Database, caller: Caller, import_id: UUID) -> AsyncIterator[bytes]:
    """The rejected rows as a file: number, field, reason, then the columns as they were.

    Once mended it can be imported as it is. The reading is on record before the first
    row leaves.
    """
    permissions.allow(caller, Action.EXPORT)
    async with db.transaction(caller) as tx:
        found = await store.find(tx, import_id)
        if found is None:
            raise errors.no_import()
        read = {"rows": found.rejected, "columns": list(found.mapping)}
        entry = Entry(Audited.REJECTED_ROWS_READ, operation_id=import_id, after=read)
        await audit.append(tx, entry, tx.now)
    async with db.long_reading(caller) as tx:
        yield tabular.written(("row", "field", "reason", *found.columns))
        async for each in store.errors(tx, import_id):
            yield tabular.written((str(each.row), each.field, each.reason, *each.content))


async def _place(db: Database, caller: Caller, options: Options) -> tuple[Place, datetime]:
    if options.consent_basis:
        texts.line(options.consent_basis, "consent_basis", limit=50)
        texts.line(options.consent_source, "consent_source", limit=200)
    async with db.transaction(caller) as tx:
        if options.group_id is not None:
            found = await groups.find(tx, options.group_id)
            permissions.allowed(caller, Action.MANAGE_MEMBERS, found)
        profile = (await tenants_store.profile(tx)).profile
        country = tenants.country(options.default_country or profile.default_country)
        return Place(country, ZoneInfo(profile.timezone)), tx.now


async def _begin(run: _Run, columns: Sequence[str], named: Mapping[str, str]) -> None:
    async with run.db.transaction(run.caller) as tx:
        await store.begin(tx, run.id, columns, named)


async def _end(run: _Run) -> datetime:
    async with run.db.transaction(run.caller) as tx:
        entry = Entry(
            Audited.CONTACTS_IMPORTED,
            run.options.group_id,
            operation_id=run.id,
            after={**asdict(run.tally), "consent_basis": run.options.consent_basis},
        )
        await audit.append(tx, entry, tx.now)
        return await store.finish(tx, run.id)


def _change(before: Contact, after: Contact) -> tuple[UUID, Change]:
    return after.id, Change.of(contacts.differences(before.fields, after.fields))


def _portion(
    lines: Iterator[Line], columns: Mapping[int, str], place: Place, run: _Run
) -> list[Incoming | Rejected]:
    portion: list[Incoming | Rejected] = []
    for line in islice(lines, _PORTION):
        row = importing.read(line, columns, place)
        portion.append(run.once(row, line) if isinstance(row, Incoming) else row)
    return portion


def _lost(row: int) -> Rejected:
    reason = "Somebody else made this contact at the same moment; import the file again."
    return Rejected(row, "external_id", reason, ())
