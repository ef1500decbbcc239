"""What the calls to a contact came to, kept exact under repeats and revisions."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.calls import Call
from services.groups.store.tables import calls, contacts, suppressed_phones

_MOMENT = DateTime(timezone=True)
_C = contacts.c
_NUMBER = select(_C.contact_no).where(_C.id == bindparam("contact", type_=Uuid)).scalar_subquery()
_CALL = insert(calls).values(
    attempt_id=bindparam("attempt"),
    contact_no=_NUMBER,
    version=bindparam("revision"),
    at=bindparam("moment", type_=_MOMENT),
    counts=bindparam("counted"),
    answered=bindparam("reached"),
)
_KEEP = db.compiled(
    _CALL.on_conflict_do_update(
        index_elements=["tenant_id", "attempt_id"],
        set_={
            "version": _CALL.excluded.version,
            "at": _CALL.excluded.at,
            "counts": _CALL.excluded.counts,
            "answered": _CALL.excluded.answered,
        },
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
_EXISTS = db.compiled(
    select(_C.contact_no).where(_C.id == bindparam("contact", type_=Uuid)).with_for_update()
)
_DECIDE = db.compiled(
    update(contacts)
    .where(
        _C.id == bindparam("contact", type_=Uuid),
        _C.deleted_at.is_(None),
        _C.appointment_time.is_not(None),
        _C.appointment_status != bindparam("status", type_=Text),
        (_C.appointment_edited_at.is_(None))
        | (_C.appointment_edited_at < bindparam("moment", type_=_MOMENT)),
    )
    .values(
        appointment_status=bindparam("status", type_=Text),
        appointment_edited_at=bindparam("moment", type_=_MOMENT),
        version=_C.version + 1,
        updated_at=bindparam("now", type_=_MOMENT),
    )
)
_STATUS = db.compiled(
    select(_C.appointment_status).where(_C.id == bindparam("contact", type_=Uuid))
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
class Decided:
    """What a call changed about an appointment."""

    before: str
    after: str


async def keep(tx: Transaction, call: Call) -> bool:
    """Stores the call and sums up; false if this or a later version of it was known."""
    if await tx.fetch_value(_EXISTS, contact=call.contact_id) is None:
        return False
    kept = await tx.execute(
        _KEEP,
        contact=call.contact_id,
        attempt=call.attempt_id,
        revision=call.version,
        moment=call.at,
        counted=call.counts,
        reached=call.answered,
    )
    if kept:
        await tx.execute(_SUM_UP, contact=call.contact_id)
    return kept == 1


async def decide(tx: Transaction, call: Call) -> Decided | None:
    """Writes what the person said, unless somebody edited the appointment after the call."""
    if call.decided is None:
        return None
    before: str | None = await tx.fetch_value(_STATUS, contact=call.contact_id)
    changed = await tx.execute(
        _DECIDE,
        contact=call.contact_id,
        status=call.decided.value,
        moment=call.ended_at,
        now=tx.now,
    )
    return Decided(before or "", call.decided.value) if changed else None


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
