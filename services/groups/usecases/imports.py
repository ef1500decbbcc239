"""Files of contacts: examined whole, then taken in portions, each its own transaction."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from services.chassis import outbox, texts
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.ids import new_id
from services.groups.domain import errors, importing, permissions, tabular, tenants
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry
from services.groups.domain.importing import Incoming, Place, Rejected
from services.groups.domain.members import AddedVia, Origin
from services.groups.domain.permissions import Action
from services.groups.domain.tabular import Line
from services.groups.store import audit, call_facts, contacts_past, groups, history
from services.groups.store import imports as store
from services.groups.store import tenants as tenants_store
from services.groups.usecases import membership

_PORTION = 500
_EXAMPLES = 20


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
    """What became of a file; a dry run has no id."""

    id: UUID | None
    mapping: Mapping[str, str]
    at: datetime
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    shared_phone: int = 0
    examples: tuple[Rejected, ...] = ()


class _DryRun(Exception):
    """Rolls a portion back once it was counted."""


@dataclass(slots=True)
class _Run:
    """An import under way."""

    db: Database
    caller: Caller
    options: Options
    id: UUID = field(default_factory=new_id)
    seen: dict[int, int] = field(default_factory=dict)
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    shared_phone: int = 0
    examples: list[Rejected] = field(default_factory=list)

    def once(self, row: Incoming, line: Line) -> Incoming | Rejected:
        """The row, unless the same contact stood in the file before."""
        first = self.seen.setdefault(hash(row.key), row.row)
        if first == row.row:
            return row
        reason = f"The same contact stands in row {first} already."
        return Rejected(row.row, row.key[0], reason, line.cells)

    async def take(self, rows: Sequence[Incoming], rejected: list[Rejected]) -> None:
        """One portion, in one transaction; a dry run only counts."""
        try:
            async with self.db.transaction(self.caller) as tx:
                await self._take(tx, rows, rejected)
                if self.options.dry_run:
                    raise _DryRun
        except _DryRun:
            return

    async def _take(
        self, tx: Transaction, rows: Sequence[Incoming], rejected: list[Rejected]
    ) -> None:
        options = self.options
        taken = await store.take(tx, rows, options.consent_basis, options.consent_source)
        rejected += [_lost(row) for row in taken.lost_rows]
        changed = [*taken.created, *taken.updated]
        await call_facts.mark(tx, *changed)
        await outbox.append(tx, *await contacts_past.some(tx, changed))
        if options.group_id is not None:
            await self._join(tx, options.group_id, taken.everyone)
        self.created += len(taken.created)
        self.updated += len(taken.updated)
        self.unchanged += len(rows) - len(changed) - len(taken.lost_rows)
        self.shared_phone += taken.shared_phone
        self.rejected += len(rejected)
        self.examples += rejected[: _EXAMPLES - len(self.examples)]
        if not options.dry_run:
            await store.reject(tx, self.id, rejected)
            await store.count(tx, self.id, **self.counts())

    async def _join(self, tx: Transaction, group_id: UUID, everyone: Sequence[UUID]) -> None:
        found = await groups.lock(tx, group_id)
        group = permissions.allowed(self.caller, Action.MANAGE_MEMBERS, found)
        inside = await history.members(tx, group.id, everyone)
        joining = [each for each in everyone if each not in inside]
        if joining:
            origin = Origin(self.id, AddedVia.IMPORT)
            await membership.join(tx, group.id, joining, origin, await tx.moment())

    def counts(self) -> dict[str, int]:
        names = ("created", "updated", "unchanged", "rejected", "shared_phone")
        return {name: getattr(self, name) for name in names}


async def import_contacts(
    db: Database, caller: Caller, options: Options, file: BinaryIO
) -> Imported:
    """Takes every good row and keeps every bad one with its reason.

    The file is examined whole before anything is written, so that one that can't
    be read changes nothing.
    """
    permissions.allow(caller, Action.CREATE)
    place, at = await _place(db, caller, options)
    table = await asyncio.to_thread(tabular.examine, file)
    columns = importing.mapping(table.columns, options.mapping)
    named = {table.columns[number]: name for number, name in columns.items()}
    run = _Run(db, caller, options)
    if not options.dry_run:
        await _begin(run, named)
    lines = tabular.rows(file, table)
    while portion := await asyncio.to_thread(_portion, lines, columns, place, run):
        rows = [each for each in portion if isinstance(each, Incoming)]
        await run.take(rows, [each for each in portion if isinstance(each, Rejected)])
    if not options.dry_run:
        await _end(run)
    return Imported(
        None if options.dry_run else run.id,
        named,
        at,
        **run.counts(),
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
            found.created,
            found.updated,
            found.unchanged,
            found.rejected,
            found.shared_phone,
        )


async def download_errors(db: Database, caller: Caller, import_id: UUID) -> AsyncIterator[bytes]:
    """The rejected rows as a file: number, field, reason, then the cells as they were.

    The reading is on record before the first row leaves.
    """
    permissions.allow(caller, Action.EXPORT)
    async with db.transaction(caller) as tx:
        found = await store.find(tx, import_id)
        if found is None:
            raise errors.no_import()
        read = {"rows": found.rejected, "columns": list(found.mapping)}
        entry = Entry(Audited.REJECTED_ROWS_READ, operation_id=import_id, after=read)
        await audit.append(tx, entry, tx.now)
    async with db.transaction(caller) as tx:
        yield tabular.written(("row", "field", "reason", "cells"))
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


async def _begin(run: _Run, named: Mapping[str, str]) -> None:
    async with run.db.transaction(run.caller) as tx:
        await store.begin(tx, run.id, named)


async def _end(run: _Run) -> None:
    async with run.db.transaction(run.caller) as tx:
        entry = Entry(
            Audited.CONTACTS_IMPORTED,
            run.options.group_id,
            operation_id=run.id,
            after={**run.counts(), "consent_basis": run.options.consent_basis},
        )
        await audit.append(tx, entry, tx.now)


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
