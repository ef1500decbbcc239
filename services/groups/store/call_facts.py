"""What the calls to a contact came to, kept exact under repeats and revisions."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.calls import Call, Standing
from services.groups.store.tables import calls, contacts, suppressed_phones

_MOMENT = DateTime(timezone=True)
_C = contacts.c
_NUMBER = select(_C.contact_no).where(_C.id == bindparam("contact", type_=Uuid)).scalar_subquery()
_CALL = insert(calls).values(
    attempt_id=bindparam("attempt"),
    contact_no=_NUMBER,
    version=bindparam("revision"),
    at=bindparam("moment", type_=_MOMENT),
    ended_at=bindparam("ended", type_=_MOMENT),
    counts=bindparam("counted"),
    answered=bindparam("reached"),
    decided=bindparam("said", type_=Text),
    replaced=bindparam("instead_of", type_=Text),
)
_REVISED = ("version", "at", "ended_at", "counts", "answered", "decided", "replaced")
_KEEP = db.compiled(
    _CALL.on_conflict_do_update(
        index_elements=["tenant_id", "attempt_id"],
        set_={name: _CALL.excluded[name] for name in _REVISED},
        where=calls.c.version < _CALL.excluded.version,
    )
)
_SUM_UP = db.compiled(
    text("""
    update contacts set
        call_attempts = summed.attempts,
        answered_calls = summed.answered,
        last_call_at = summed.latest,
        last_call_failed = coalesce(not summed.latest_answered, false),
        last_contact_time = summed.latest_contact
    from (
        select count(*) as attempts,
               count(*) filter (where answered) as answered,
               max(at) as latest,
               (array_agg(answered order by at desc, attempt_id))[1] as latest_answered,
               max(at) filter (where answered) as latest_contact
        from calls
        where counts and contact_no = (select contact_no from contacts where id = :contact)
    ) as summed
    where contacts.id = :contact
    """)
)
_LOCK = db.compiled(
    select(_C.contact_no).where(_C.id == bindparam("contact", type_=Uuid)).with_for_update()
)
_STANDING = db.compiled(
    text("""
    select contacts.appointment_status as status, latest.decided, latest.replaced
    from contacts left join lateral (
        select decided, replaced from calls
        where calls.contact_no = contacts.contact_no and calls.decided is not null
            and contacts.appointment_time is not null and contacts.deleted_at is null
            and (contacts.appointment_edited_at is null
                 or calls.ended_at > contacts.appointment_edited_at)
        order by calls.ended_at desc, calls.at desc, calls.attempt_id desc limit 1
    ) as latest on true
    where contacts.id = :contact
    """)
)
_SETTLE = db.compiled(
    update(contacts)
    .where(_C.id == bindparam("contact", type_=Uuid))
    .values(
        appointment_status=bindparam("status", type_=Text),
        version=_C.version + 1,
        updated_at=bindparam("now", type_=_MOMENT),
    )
)
_SUPPRESS = db.compiled(
    insert(suppressed_phones).values(phone=bindparam("number")).on_conflict_do_nothing()
)
_RELEASE = db.compiled(text("delete from suppressed_phones where phone = :number"))
_MARK = db.compiled(
    update(contacts)
    .where(_C.phone == bindparam("number"), _C.do_not_call != bindparam("marked"))
    .values(do_not_call=bindparam("marked"))
)
_MARK_KNOWN = db.compiled(
    text("""
    update contacts set do_not_call = marked.now
    from (
        select contacts.contact_no, exists (
            select from suppressed_phones where suppressed_phones.phone = contacts.phone) as now
        from contacts where contacts.id = any(:ids)
    ) as marked
    where contacts.contact_no = marked.contact_no and contacts.do_not_call <> marked.now
    """)
)


@dataclass(frozen=True, slots=True)
class _Standing:
    status: str
    decided: str | None
    replaced: str | None


async def lock(tx: Transaction, contact_id: UUID) -> bool:
    """Keeps the contact unchanged by others until the end; false if there is none."""
    return await tx.fetch_value(_LOCK, contact=contact_id) is not None


async def standing(tx: Transaction, contact_id: UUID) -> Standing:
    """Where a locked contact's appointment stands, and by whom."""
    row = await tx.fetch_one(_Standing, _STANDING, contact=contact_id)
    assert row is not None
    return Standing(
        AppointmentStatus(row.status),
        AppointmentStatus(row.decided) if row.decided else None,
        AppointmentStatus(row.replaced) if row.replaced else None,
    )


async def keep(tx: Transaction, call: Call, left_by_people: AppointmentStatus) -> bool:
    """Stores the call and sums up; false if this or a later version of it was known."""
    kept = await tx.execute(
        _KEEP,
        contact=call.contact_id,
        attempt=call.attempt_id,
        revision=call.version,
        moment=call.at,
        ended=call.ended_at,
        counted=call.counts,
        reached=call.answered,
        said=call.decided,
        instead_of=left_by_people if call.decided else None,
    )
    if kept:
        await tx.execute(_SUM_UP, contact=call.contact_id)
    return kept == 1


async def settle(tx: Transaction, contact_id: UUID, status: AppointmentStatus) -> None:
    """Writes where calls leave an appointment; it stays open to later calls."""
    await tx.execute(_SETTLE, contact=contact_id, status=status, now=tx.now)


async def suppress(tx: Transaction, phone: str) -> None:
    """Marks everybody with the number, now and whenever they come."""
    await tx.execute(_SUPPRESS, number=phone)
    await tx.execute(_MARK, number=phone, marked=True)


async def release(tx: Transaction, phone: str) -> None:
    """Takes the mark away."""
    await tx.execute(_RELEASE, number=phone)
    await tx.execute(_MARK, number=phone, marked=False)


async def mark(tx: Transaction, *contact_ids: UUID) -> None:
    """Marks contacts, whose numbers are new, by what is known of their numbers."""
    await tx.execute(_MARK_KNOWN, ids=list(contact_ids))
