"""What the store holds, looked at directly."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.tables import outbox
from services.groups.store.tables import audit as audit_table
from services.groups.store.tables import (
    contacts,
    groups,
    membership_history,
    memberships,
    visits,
)


@dataclass(frozen=True)
class Entry:
    action: str
    person_id: UUID
    contact_id: UUID | None
    operation_id: UUID | None
    reason: str


@dataclass(frozen=True)
class Interval:
    open: bool
    added_operation: UUID
    ended_operation: UUID | None


async def events(db: Database, caller: Caller) -> list[str]:
    """The kinds of events announced in the tenant, in order."""
    async with db.transaction(caller) as tx:
        kinds = await tx.fetch_values(select(outbox.c.type).order_by(outbox.c.id))
    return [kind.rpartition(".")[2] for kind in kinds]


async def audit(db: Database, caller: Caller, group_id: str) -> list[Entry]:
    """The audit entries of a group, oldest first."""
    columns = (getattr(audit_table.c, name) for name in Entry.__dataclass_fields__)
    statement = (
        select(*columns)
        .where(audit_table.c.group_id == UUID(group_id))
        .order_by(audit_table.c.audit_no)
    )
    async with db.transaction(caller) as tx:
        return await tx.fetch_all(Entry, statement)


async def intervals(db: Database, caller: Caller, contact_id: UUID) -> list[Interval]:
    """The contact's memberships, past and present."""
    history = membership_history.c
    statement = (
        select(
            history.valid_to.is_(None).label("open"),
            history.added_operation,
            history.ended_operation,
        )
        .join_from(membership_history, contacts, contacts.c.contact_no == history.contact_no)
        .where(contacts.c.id == contact_id)
        .order_by(history.history_no)
    )
    async with db.transaction(caller) as tx:
        return await tx.fetch_all(Interval, statement)


@dataclass(frozen=True)
class Visited:
    at: datetime
    type: str | None
    status: str


async def visited(db: Database, caller: Caller) -> list[Visited]:
    """The visits of the tenant, oldest first."""
    statement = select(visits.c.at, visits.c.type, visits.c.status).order_by(visits.c.at)
    async with db.transaction(caller) as tx:
        return await tx.fetch_all(Visited, statement)


async def drift(db: Database, caller: Caller) -> list[UUID]:
    """The groups whose count, members and open intervals differ."""
    members = (
        select(func.count()).where(memberships.c.group_no == groups.c.group_no).scalar_subquery()
    )
    open_intervals = (
        select(func.count())
        .where(
            membership_history.c.group_no == groups.c.group_no,
            membership_history.c.valid_to.is_(None),
        )
        .scalar_subquery()
    )
    statement = select(groups.c.id).where(
        (groups.c.contact_count != members) | (groups.c.contact_count != open_intervals)
    )
    async with db.transaction(caller) as tx:
        return await tx.fetch_values(statement)
