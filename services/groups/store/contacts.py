"""Contacts, one statement a function."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db, texts
from services.chassis.db import Transaction
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.contacts import Calls, Contact, Fields
from services.groups.store.tables import contacts

_C = contacts.c
_ID = _C.id == bindparam("contact_id", type_=Uuid)
_PRESENT = _C.deleted_at.is_(None)
COLUMNS = (
    _C.id,
    _C.sort_key,
    _C.external_id,
    _C.name,
    _C.phone,
    _C.phone_raw,
    _C.email,
    _C.timezone,
    _C.language,
    _C.appointment_time,
    _C.appointment_status,
    _C.appointment_type,
    _C.appointment_duration,
    _C.owner_name,
    _C.booking_source,
    _C.special_instructions,
    _C.call_before_hours,
    _C.attributes,
    _C.do_not_call,
    _C.call_attempts,
    _C.answered_calls,
    _C.last_contact_time,
    _C.next_scheduled_call,
    _C.created_at,
    _C.updated_at,
    _C.deleted_at,
    _C.version,
)
_FOUND: Select[Any] = select(*COLUMNS).where(_ID, _PRESENT)
_FIND = db.compiled(_FOUND)
_LOCK = db.compiled(_FOUND.with_for_update())
_NAME = db.compiled(select(_C.name).where(_ID, _PRESENT))


@dataclass(frozen=True, slots=True)
class Row:
    """A contact as it is stored."""

    id: UUID
    sort_key: str
    external_id: str | None
    name: str
    phone: str | None
    phone_raw: str | None
    email: str | None
    timezone: str | None
    language: str | None
    appointment_time: datetime | None
    appointment_status: str
    appointment_type: str | None
    appointment_duration: int | None
    owner_name: str | None
    booking_source: str | None
    special_instructions: str | None
    call_before_hours: int | None
    attributes: dict[str, str]
    do_not_call: bool
    call_attempts: int
    answered_calls: int
    last_contact_time: datetime | None
    next_scheduled_call: datetime | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int

    def contact(self) -> Contact:
        fields = {name: getattr(self, name) for name in Fields.__slots__}
        fields["appointment_status"] = AppointmentStatus(self.appointment_status)
        calls = Calls(
            self.call_attempts,
            self.answered_calls,
            self.last_contact_time,
            self.next_scheduled_call,
        )
        return Contact(
            self.id,
            Fields(**fields),
            self.do_not_call,
            calls,
            self.created_at,
            self.updated_at,
            self.deleted_at,
            self.version,
        )


async def find(tx: Transaction, contact_id: UUID) -> Contact | None:
    """The contact, unless it is deleted."""
    row = await tx.fetch_one(Row, _FIND, contact_id=contact_id)
    return row.contact() if row else None


async def lock(tx: Transaction, contact_id: UUID) -> Contact | None:
    """The contact, unchanged by others until the end."""
    row = await tx.fetch_one(Row, _LOCK, contact_id=contact_id)
    return row.contact() if row else None


async def name(tx: Transaction, contact_id: UUID) -> str | None:
    """The contact's name, unless it is deleted."""
    found: str | None = await tx.fetch_value(_NAME, contact_id=contact_id)
    return found


async def create(tx: Transaction, contact_id: UUID, fields: Fields) -> Contact | None:
    """Stores a new contact; None if its external id is taken."""
    values = {**_stored(fields), "id": contact_id, "created_at": tx.now, "updated_at": tx.now}
    statement = insert(contacts).values(**values).on_conflict_do_nothing().returning(*COLUMNS)
    row = await tx.fetch_one(Row, statement)
    return row.contact() if row else None


async def save(
    tx: Transaction, contact: Contact, fields: Fields, *, appointment_decided: bool
) -> Contact:
    """Stores the changed fields of a locked contact."""
    values: dict[str, Any] = {**_stored(fields), "updated_at": tx.now}
    if appointment_decided:
        values["appointment_edited_at"] = tx.now
    statement = (
        update(contacts)
        .where(_C.id == contact.id)
        .values(version=_C.version + 1, **values)
        .returning(*COLUMNS)
    )
    row = await tx.fetch_one(Row, statement)
    assert row is not None
    return replace(row.contact(), consents=contact.consents, groups=contact.groups)


async def external_id_is_taken(tx: Transaction, contact_id: UUID, external_id: str) -> bool:
    """Whether another contact has the external id."""
    statement = select(_C.id).where(_C.external_id == external_id, _PRESENT, _C.id != contact_id)
    return await tx.fetch_value(statement) is not None


def _stored(fields: Fields) -> dict[str, Any]:
    values = {name: getattr(fields, name) for name in Fields.__slots__}
    return {
        **values,
        "attributes": dict(fields.attributes),
        "appointment_status": fields.appointment_status.value,
        "sort_key": texts.sort_key(fields.name),
        "search_text": fields.search_text,
    }
