"""The audit: written with every change, listed for administrators."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.pages import Key
from services.groups.domain.audit import Change, Entry, Filter, Recorded
from services.groups.domain.members import Origin
from services.groups.store.keyset import Order
from services.groups.store.tables import audit, people

_APPEND = db.compiled(
    insert(audit).values(
        at=bindparam("moment"),
        person_id=bindparam("person"),
        action=bindparam("what"),
        group_id=bindparam("of_group"),
        contact_id=bindparam("of_contact"),
        operation_id=bindparam("operation"),
        reason=bindparam("why"),
        before=bindparam("old"),
        after=bindparam("new"),
    )
)
_APPEND_EACH = db.compiled(
    insert(audit).from_select(
        ["at", "person_id", "action", "group_id", "contact_id", "operation_id", "reason", "after"],
        select(
            bindparam("moment", type_=DateTime(timezone=True)),
            bindparam("person", type_=Uuid),
            bindparam("what", type_=Text),
            bindparam("of_group", type_=Uuid),
            func.unnest(cast(bindparam("contacts"), ARRAY(Uuid))),
            bindparam("operation", type_=Uuid),
            bindparam("why", type_=Text),
            cast(bindparam("new"), JSONB),
        ),
    )
)
_APPEND_MANY = db.compiled(
    text("""
    insert into audit (at, person_id, action, contact_id, operation_id, before, after)
    select :moment, :person, :what, contact_id, :operation, before, after
    from unnest(cast(:contacts as uuid[]), cast(:old as jsonb[]), cast(:new as jsonb[]))
        as given (contact_id, before, after)
    """)
)
_COLUMNS = (
    audit.c.id,
    audit.c.at,
    audit.c.person_id,
    people.c.name.label("person_name"),
    audit.c.action,
    audit.c.group_id,
    audit.c.contact_id,
    audit.c.operation_id,
    audit.c.reason,
    audit.c.before,
    audit.c.after,
)
_NUMBER = (
    select(audit.c.audit_no)
    .where(audit.c.id == bindparam("after_id", type_=Uuid))
    .correlate(None)
    .scalar_subquery()
)
_ORDER = Order(audit.c.at, audit.c.audit_no, descending=True)


async def append(tx: Transaction, entry: Entry, at: datetime) -> None:
    """Writes what the caller does."""
    await tx.execute(
        _APPEND,
        moment=at,
        person=tx.caller.person_id,
        what=entry.action,
        of_group=entry.group_id,
        of_contact=entry.contact_id,
        operation=entry.operation_id,
        why=entry.reason,
        old=dict(entry.before),
        new=dict(entry.after),
    )


async def append_each(
    tx: Transaction,
    action: str,
    group_id: UUID,
    contact_ids: Sequence[UUID],
    origin: Origin,
    at: datetime,
) -> None:
    """Writes one entry per contact that joins or leaves a group."""
    await tx.execute(
        _APPEND_EACH,
        moment=at,
        person=tx.caller.person_id,
        what=action,
        of_group=group_id,
        contacts=list(contact_ids),
        operation=origin.operation_id,
        why=origin.reason,
        new={"via": origin.via.value},
    )


async def append_many(
    tx: Transaction, action: str, operation_id: UUID, changes: Mapping[UUID, Change], at: datetime
) -> None:
    """Writes one entry per contact that an operation changed."""
    if not changes:
        return
    await tx.execute(
        _APPEND_MANY,
        moment=at,
        person=tx.caller.person_id,
        what=action,
        operation=operation_id,
        contacts=list(changes),
        old=[each.before for each in changes.values()],
        new=[each.after for each in changes.values()],
    )


async def count(tx: Transaction, asked: Filter) -> int:
    """How many entries match."""
    statement = select(func.count()).select_from(audit).where(*_clauses(asked))
    return int(await tx.fetch_value(statement))


async def page(
    tx: Transaction,
    asked: Filter,
    size: int,
    *,
    after: tuple[Key, UUID] | None = None,
    offset: int = 0,
) -> list[Recorded]:
    """Entries from newest to oldest, from after the one given or from an offset."""
    statement = (
        select(*_COLUMNS)
        .join_from(audit, people, people.c.id == audit.c.person_id, isouter=True)
        .where(*_clauses(asked))
        .order_by(*_ORDER.by())
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
    )
    values: dict[str, Any] = {"size": size, "skipped": offset}
    if after is not None:
        statement = statement.where(_ORDER.after(_NUMBER))
        values |= _ORDER.values(after)
    return await tx.fetch_all(Recorded, statement, **values)


def _clauses(asked: Filter) -> list[ColumnElement[bool]]:
    equal = {
        audit.c.person_id: asked.person_id,
        audit.c.action: asked.action,
        audit.c.group_id: asked.group_id,
        audit.c.contact_id: asked.contact_id,
        audit.c.operation_id: asked.operation_id,
    }
    clauses = [column == value for column, value in equal.items() if value is not None]
    if asked.start is not None:
        clauses.append(audit.c.at >= asked.start)
    if asked.end is not None:
        clauses.append(audit.c.at < asked.end)
    return clauses
