"""What is kept of an import: how far it came, and the rows that it rejected."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.importing import Rejected
from services.groups.store.tables import import_errors, imports

_REJECT = db.compiled(
    text("""
    insert into import_errors (import_id, row, field, reason, content)
    select :import_id, row, field, reason, string_to_array(content, chr(31))
    from unnest(cast(:numbers as integer[]), cast(:fields as text[]), cast(:reasons as text[]),
                cast(:contents as text[])) as given (row, field, reason, content)
    """)
)
_ERRORS = db.compiled(
    select(
        import_errors.c.row, import_errors.c.field, import_errors.c.reason, import_errors.c.content
    )
    .where(import_errors.c.import_id == bindparam("import_id"))
    .order_by(import_errors.c.row)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """An import as it is kept."""

    id: UUID
    created: int
    updated: int
    unchanged: int
    rejected: int
    shared_phone: int
    mapping: Mapping[str, str]
    columns: list[str]
    at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredError:
    """A rejected row as it is kept."""

    row: int
    field: str
    reason: str
    content: list[str]


async def begin(
    tx: Transaction, import_id: UUID, columns: Sequence[str], mapping: Mapping[str, str]
) -> None:
    """Notes that an import has begun."""
    values = dict.fromkeys(("created", "updated", "unchanged", "rejected", "shared_phone"), 0)
    statement = insert(imports).values(
        id=import_id,
        columns=list(columns),
        mapping=dict(mapping),
        imported_by=tx.caller.person_id,
        at=tx.now,
        **values,
    )
    await tx.execute(statement)


async def count(tx: Transaction, import_id: UUID, **numbers: int) -> None:
    """Notes how far an import has come."""
    await tx.execute(update(imports).where(imports.c.id == import_id).values(**numbers))


async def finish(tx: Transaction, import_id: UUID) -> datetime:
    """Notes that an import came to its end."""
    values = {"finished_at": tx.now}
    await tx.execute(update(imports).where(imports.c.id == import_id).values(**values))
    return tx.now


async def find(tx: Transaction, import_id: UUID) -> Counts | None:
    """An import of the tenant."""
    columns = [imports.c[name] for name in Counts.__slots__]
    return await tx.fetch_one(Counts, select(*columns).where(imports.c.id == import_id))


async def reject(tx: Transaction, import_id: UUID, rows: Sequence[Rejected]) -> None:
    """Keeps rejected rows with their reasons."""
    if not rows:
        return
    await tx.execute(
        _REJECT,
        import_id=import_id,
        numbers=[each.row for each in rows],
        fields=[each.field for each in rows],
        reasons=[each.reason for each in rows],
        contents=["\x1f".join(each.cells) for each in rows],
    )


async def errors(tx: Transaction, import_id: UUID) -> AsyncIterator[StoredError]:
    """The rejected rows, in the order of the file."""
    async for each in tx.stream(StoredError, _ERRORS, import_id=import_id):
        yield each
