"""Every contact as the feed's listing tells of it."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.events import ContactChanged
from services.groups.store.tables import contacts

_C = contacts.c
_STATEMENT = select(
    _C.id,
    _C.appointment_status,
    _C.appointment_time,
    _C.appointment_type,
    _C.created_at,
    _C.deleted_at,
).order_by(_C.contact_no)
_EVERYTHING = db.compiled(_STATEMENT)
_SOME = db.compiled(_STATEMENT.where(_C.id == func.any(bindparam("ids", type_=ARRAY(Uuid)))))


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    appointment_status: str
    appointment_time: datetime | None
    appointment_type: str | None
    created_at: datetime
    deleted_at: datetime | None

    def event(self) -> ContactChanged:
        return ContactChanged(
            self.id,
            AppointmentStatus(self.appointment_status),
            self.appointment_time,
            self.appointment_type,
            self.created_at,
            self.deleted_at,
        )


async def everything(tx: Transaction) -> AsyncIterator[ContactChanged]:
    """Every contact, the deleted ones too."""
    async for row in tx.stream(_Row, _EVERYTHING):
        yield row.event()


async def some(tx: Transaction, contact_ids: Collection[UUID]) -> list[ContactChanged]:
    """What became of contacts that changed together."""
    return [row.event() for row in await tx.fetch_all(_Row, _SOME, ids=list(contact_ids))]
