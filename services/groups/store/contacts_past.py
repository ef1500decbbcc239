"""Every contact as the feed's listing tells of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.events import ContactChanged
from services.groups.store.tables import contacts

_C = contacts.c
_EVERYTHING = db.compiled(
    select(
        _C.id,
        _C.appointment_status,
        _C.appointment_time,
        _C.appointment_type,
        _C.created_at,
        _C.deleted_at,
    ).order_by(_C.contact_no)
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    appointment_status: str
    appointment_time: datetime | None
    appointment_type: str | None
    created_at: datetime
    deleted_at: datetime | None


async def everything(tx: Transaction) -> AsyncIterator[ContactChanged]:
    """Every contact, the deleted ones too."""
    async for row in tx.stream(_Row, _EVERYTHING):
        yield ContactChanged(
            row.id,
            AppointmentStatus(row.appointment_status),
            row.appointment_time,
            row.appointment_type,
            row.created_at,
            row.deleted_at,
        )
