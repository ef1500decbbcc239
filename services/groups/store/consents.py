"""The consents of contacts, one statement a function."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.consents import Channel, Consent, Purpose
from services.groups.store.tables import consents, contacts

#: What leave to call a contact rests on; null without one in force.
TO_CALL = (
    select(consents.c.basis)
    .where(
        consents.c.contact_no == contacts.c.contact_no,
        consents.c.channel == Channel.VOICE.value,
        consents.c.purpose == Purpose.APPOINTMENTS.value,
        consents.c.revoked_at.is_(None),
    )
    .order_by(consents.c.captured_at.desc(), consents.c.id.desc())
    .limit(1)
    .correlate(contacts)
    .scalar_subquery()
)
_C = contacts.c
_COLUMNS = (
    consents.c.id,
    consents.c.channel,
    consents.c.purpose,
    consents.c.basis,
    consents.c.source,
    consents.c.captured_at,
    consents.c.revoked_at,
)
_CONSENTS = db.compiled(
    select(_C.id.label("contact_id"), *_COLUMNS)
    .join_from(consents, contacts, consents.c.contact_no == _C.contact_no)
    .where(_C.id == func.any(bindparam("contact_ids", type_=ARRAY(Uuid))))
    .order_by(consents.c.captured_at.desc(), consents.c.id)
)
_NUMBER = (
    select(_C.contact_no).where(_C.id == bindparam("contact_id", type_=Uuid)).scalar_subquery()
)
_RECORD = db.compiled(
    insert(consents).values(
        id=bindparam("consent_id"),
        contact_no=_NUMBER,
        channel=bindparam("by"),
        purpose=bindparam("what_for"),
        basis=bindparam("rests_on"),
        source=bindparam("given_at"),
        recorded_by=bindparam("person"),
        captured_at=bindparam("moment"),
    )
)
_REVOKE = db.compiled(
    update(consents)
    .where(consents.c.id == bindparam("consent_id", type_=Uuid), consents.c.contact_no == _NUMBER)
    .values(revoked_at=func.coalesce(consents.c.revoked_at, bindparam("moment")))
    .returning(*_COLUMNS)
)


@dataclass(frozen=True, slots=True)
class _Of:
    contact_id: UUID
    id: UUID
    channel: str
    purpose: str
    basis: str
    source: str
    captured_at: datetime
    revoked_at: datetime | None


async def of(tx: Transaction, contact_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Consent]]:
    """The consents of each contact, the latest first; none, no entry."""
    found: dict[UUID, list[Consent]] = defaultdict(list)
    for row in await tx.fetch_all(_Of, _CONSENTS, contact_ids=list(contact_ids)):
        consent = Consent(**{name: getattr(row, name) for name in Consent.__slots__})
        found[row.contact_id].append(consent)
    return found


async def record(tx: Transaction, contact_id: UUID, consent: Consent) -> None:
    """Stores a consent of a contact."""
    await tx.execute(
        _RECORD,
        contact_id=contact_id,
        consent_id=consent.id,
        by=consent.channel,
        what_for=consent.purpose,
        rests_on=consent.basis,
        given_at=consent.source,
        person=tx.caller.person_id,
        moment=consent.captured_at,
    )


async def revoke(tx: Transaction, contact_id: UUID, consent_id: UUID) -> Consent | None:
    """The consent, taken back now unless it was before."""
    return await tx.fetch_one(
        Consent, _REVOKE, contact_id=contact_id, consent_id=consent_id, moment=tx.now
    )
