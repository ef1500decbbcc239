"""The facts of contacts for campaigns, each list by one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, func, or_, select

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.audience import Facts
from services.groups.domain.selections import Selection
from services.groups.store import consents, selections
from services.groups.store.selections import Manner
from services.groups.store.tables import contacts, groups, memberships
from services.groups.store.visible import eyes

_C = contacts.c
_IDS = _C.id == func.any(bindparam("contact_ids", type_=ARRAY(Uuid)))
_IS_MEMBER = (
    select(memberships.c.contact_no)
    .join_from(memberships, groups, memberships.c.group_no == groups.c.group_no)
    .where(
        memberships.c.contact_no == _C.contact_no,
        groups.c.id == bindparam("group_id", type_=Uuid),
        groups.c.deleted_at.is_(None),
    )
    .correlate(contacts)
    .exists()
)
_COLUMNS = (
    _C.id,
    _C.name,
    _C.phone,
    _C.timezone,
    _C.language,
    consents.TO_CALL.label("consent_basis"),
    _C.appointment_time,
    _C.appointment_status,
    _C.appointment_type,
    _C.owner_name,
    _C.call_before_hours,
)
_FACTS = db.compiled(
    select(
        *_COLUMNS,
        or_(bindparam("group_id", type_=Uuid).is_(None), _IS_MEMBER).label("member"),
    ).where(_IDS, _C.deleted_at.is_(None))
)
_NAMES = db.compiled(select(_C.id, _C.name).where(_IDS, _C.deleted_at.is_(None)))
_DELETED = db.compiled(
    select(groups.c.deleted_at.is_not(None)).where(groups.c.id == bindparam("group_id", type_=Uuid))
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    name: str
    phone: str | None
    timezone: str | None
    language: str | None
    consent_basis: str | None
    appointment_time: datetime | None
    appointment_status: str
    appointment_type: str | None
    owner_name: str | None
    call_before_hours: int | None
    member: bool = True

    def facts(self) -> Facts:
        return Facts(
            id=self.id,
            name=self.name,
            phone=self.phone or "",
            timezone=self.timezone or "",
            language=self.language or "",
            consent_basis=self.consent_basis or "",
            appointment_time=self.appointment_time,
            appointment_status=AppointmentStatus(self.appointment_status),
            appointment_type=self.appointment_type or "",
            owner_name=self.owner_name or "",
            call_before_hours=self.call_before_hours,
            member=self.member,
        )


@dataclass(frozen=True, slots=True)
class _Named:
    id: UUID
    name: str


async def chosen(tx: Transaction, selection: Selection, limit: int) -> list[Facts]:
    """The contacts who match, soonest appointment first, then by name."""
    manner: Manner = await selections.manner(tx, selection)
    statement = (
        select(*_COLUMNS)
        .where(*selections.clauses(selection, manner))
        .order_by(_C.appointment_time.asc().nulls_last(), _C.sort_key, _C.contact_no)
        .limit(bindparam("size", type_=Integer))
    )
    values: dict[str, Any] = {"size": limit, **eyes(tx.caller)}
    return [row.facts() for row in await tx.fetch_all(_Row, statement, **values)]


async def facts(
    tx: Transaction, contact_ids: Collection[UUID], group_id: UUID | None
) -> list[Facts]:
    """The facts of those who exist, and whether they are members of the group."""
    values = {"contact_ids": list(contact_ids), "group_id": group_id}
    return [row.facts() for row in await tx.fetch_all(_Row, _FACTS, **values)]


async def names(tx: Transaction, contact_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of those who exist."""
    rows = await tx.fetch_all(_Named, _NAMES, contact_ids=list(contact_ids))
    return {row.id: row.name for row in rows}


async def group_is_deleted(tx: Transaction, group_id: UUID) -> bool:
    """Whether the group is deleted, or never was."""
    found: bool | None = await tx.fetch_value(_DELETED, group_id=group_id)
    return found is not False
