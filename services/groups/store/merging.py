"""Rows of a file become contacts: loaded into a temporary table, then merged set by set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from services.chassis import db, texts
from services.chassis.db import Transaction
from services.chassis.ids import new_id
from services.groups.domain.contacts import Contact, Fields
from services.groups.domain.importing import Incoming
from services.groups.store.contacts import COLUMNS, Row
from services.groups.store.tables import contacts

_FIELDS = (
    "external_id",
    "name",
    "sort_key",
    "phone",
    "phone_raw",
    "email",
    "timezone",
    "language",
    "appointment_time",
    "appointment_status",
    "appointment_type",
    "appointment_duration",
    "owner_name",
    "booking_source",
    "special_instructions",
    "call_before_hours",
    "search_text",
)
_COMPARED = tuple(name for name in _FIELDS if name not in {"sort_key", "phone_raw", "search_text"})
_INCOMING = db.compiled(
    text("""
    create temporary table incoming on commit drop as
    select 0 as row, id, contact_no, external_id, name, sort_key, phone, phone_raw, email,
           timezone, language, appointment_time, appointment_status, appointment_type,
           appointment_duration, owner_name, booking_source, special_instructions,
           call_before_hours, search_text, false as status_given
    from contacts with no data
    """)
)
_MATCH_BY_ID = db.compiled(
    text("""
    update incoming set contact_no = contacts.contact_no, id = contacts.id
    from contacts
    where contacts.external_id = incoming.external_id and contacts.deleted_at is null
    """)
)
_MATCH_BY_PHONE = db.compiled(
    text("""
    update incoming set contact_no = same.contact_no, id = same.id
    from (
        select distinct on (alike.contact_no) alike.*
        from (
            select distinct on (incoming.row) incoming.row, contacts.contact_no, contacts.id
            from incoming
            join contacts on contacts.phone = incoming.phone
                and contacts.sort_key = incoming.sort_key and contacts.deleted_at is null
                and (contacts.external_id is null or incoming.external_id is null)
            where incoming.contact_no is null and not exists (
                select from incoming as other where other.contact_no = contacts.contact_no)
            order by incoming.row, contacts.external_id nulls first, contacts.contact_no
        ) as alike
        order by alike.contact_no, alike.row
    ) as same
    where same.row = incoming.row
    """)
)
_LOCK_MATCHED = db.compiled(
    select(*COLUMNS)
    .where(contacts.c.contact_no.in_(text("select contact_no from incoming")))
    .order_by(contacts.c.contact_no)
    .with_for_update()
)
_KNOWN_IN_PART = db.compiled(
    text("""
    select incoming.row, incoming.name, coalesce(incoming.phone, contacts.phone) as phone,
           coalesce(incoming.email, contacts.email) as email,
           coalesce(incoming.appointment_type, contacts.appointment_type) as appointment_type
    from incoming join contacts on contacts.contact_no = incoming.contact_no
    where (incoming.phone, incoming.email, incoming.appointment_type) is distinct from
        (coalesce(incoming.phone, contacts.phone), coalesce(incoming.email, contacts.email),
         coalesce(incoming.appointment_type, contacts.appointment_type))
    """)
)
_SEARCHED = db.compiled(
    text("""
    update incoming set search_text = given.search_text
    from unnest(cast(:rows as integer[]), cast(:texts as text[])) as given (row, search_text)
    where given.row = incoming.row
    """)
)
_KEEP_WHAT_IS_KNOWN = db.compiled(
    text(
        "update incoming set "
        + ", ".join(f"{name} = coalesce(incoming.{name}, contacts.{name})" for name in _FIELDS)
        + ", status_given = incoming.status_given from contacts "
        "where contacts.contact_no = incoming.contact_no"
    )
)
_UNSURE_STATUS = db.compiled(
    text("""
    update incoming set appointment_status = contacts.appointment_status
    from contacts
    where contacts.contact_no = incoming.contact_no and not incoming.status_given
        and (incoming.appointment_time is null
             or incoming.appointment_time is not distinct from contacts.appointment_time)
    """)
)
_REPLACED_VISITS = db.compiled(
    text("""
    insert into visits (contact_no, at, type, status)
    select contacts.contact_no, contacts.appointment_time, contacts.appointment_type,
           contacts.appointment_status
    from contacts join incoming on incoming.contact_no = contacts.contact_no
    where contacts.appointment_time <> incoming.appointment_time
        and (contacts.appointment_time <= :moment
             or contacts.appointment_status in ('completed', 'no_show'))
    on conflict (tenant_id, contact_no, at) do update
        set type = excluded.type, status = excluded.status
    """)
)
_UPDATE = db.compiled(
    text(
        "update contacts set "
        + ", ".join(f"{name} = incoming.{name}" for name in _FIELDS)
        + ", version = contacts.version + 1, updated_at = :moment, appointment_edited_at = "
        "case when (incoming.appointment_time, incoming.appointment_status) is distinct from "
        "(contacts.appointment_time, contacts.appointment_status) then :moment "
        "else contacts.appointment_edited_at end "
        "from incoming where contacts.contact_no = incoming.contact_no and ("
        + ", ".join(f"contacts.{name}" for name in _COMPARED)
        + ") is distinct from ("
        + ", ".join(f"incoming.{name}" for name in _COMPARED)
        + ") returning "
        + ", ".join(f"contacts.{column.name}" for column in COLUMNS)
    )
)
_CREATE = db.compiled(
    text(
        f"insert into contacts (id, {', '.join(_FIELDS)}, created_at, updated_at) "
        f"select id, {', '.join(_FIELDS)}, :moment, :moment from incoming "
        "where contact_no is null order by row on conflict do nothing returning id"
    )
)
_LOST = db.compiled(
    text("""
    select row from incoming
    where not exists (select from contacts where contacts.id = incoming.id)
    """)
)
_SHARED = db.compiled(
    text("""
    select count(*) from incoming where phone is not null and exists (
        select from contacts
        where contacts.phone = incoming.phone and contacts.sort_key <> incoming.sort_key
            and contacts.deleted_at is null)
    """)
)
_CONSENT = db.compiled(
    text("""
    insert into consents (id, contact_no, channel, purpose, basis, source, recorded_by, captured_at)
    select gen_random_uuid(), contact_no, 'voice', 'appointments', :basis, :source, :person, :moment
    from contacts where id in (select id from incoming) and not exists (
        select from consents
        where consents.contact_no = contacts.contact_no and consents.channel = 'voice'
            and consents.purpose = 'appointments')
    returning (select id from contacts where contacts.contact_no = consents.contact_no)
    """)
)
_VISITS = db.compiled(
    text("""
    insert into visits (contact_no, at, type, status)
    select contacts.contact_no, contacts.appointment_time, contacts.appointment_type,
           contacts.appointment_status
    from contacts join incoming on incoming.id = contacts.id
    where contacts.appointment_time < :moment
        and contacts.appointment_status in ('completed', 'no_show', 'cancelled')
    on conflict do nothing
    """)
)
_EVERYONE = db.compiled(
    text("""
    select distinct id from incoming
    where exists (select from contacts where contacts.id = incoming.id)
    """)
)
_LOCK = db.compiled(text("select pg_advisory_xact_lock(hashtextextended(:tenant, 1))"))


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some rows; of those updated, as they were and as they are."""

    created: tuple[UUID, ...]
    updated: tuple[tuple[Contact, Contact], ...]
    consenting: tuple[UUID, ...]
    everyone: tuple[UUID, ...]
    lost_rows: tuple[int, ...]
    shared_phone: int


@dataclass(frozen=True, slots=True)
class _Known:
    row: int
    name: str
    phone: str | None
    email: str | None
    appointment_type: str | None

    @property
    def text(self) -> str:
        return Fields(
            self.name,
            phone=self.phone,
            email=self.email,
            appointment_type=self.appointment_type,
        ).search_text


async def take(
    tx: Transaction, rows: Sequence[Incoming], consent_basis: str, consent_source: str
) -> Taken:
    """Creates and changes contacts; imports of one tenant stand in line here.

    Who is known already is locked in the order in which everybody locks contacts.
    """
    await tx.execute(_LOCK, tenant=str(tx.caller.tenant_id))
    await tx.execute(_INCOMING)
    await tx.copy_in("incoming", ("row", "id", *_FIELDS, "status_given"), map(_copied, rows))
    for statement in (_MATCH_BY_ID, _MATCH_BY_PHONE):
        await tx.execute(statement)
    before = {row.id: row for row in await tx.fetch_all(Row, _LOCK_MATCHED)}
    await tx.execute(_UNSURE_STATUS)
    await _keep_what_is_known(tx)
    await tx.execute(_REPLACED_VISITS, moment=tx.now)
    updated = await tx.fetch_all(Row, _UPDATE, moment=tx.now)
    created = await tx.fetch_values(_CREATE, moment=tx.now)
    consenting = await _consent(tx, consent_basis, consent_source)
    await tx.execute(_VISITS, moment=tx.now)
    return Taken(
        created=tuple(created),
        updated=tuple((before[row.id].contact(), row.contact()) for row in updated),
        consenting=tuple(consenting),
        everyone=tuple(await tx.fetch_values(_EVERYONE)),
        lost_rows=tuple(await tx.fetch_values(_LOST)),
        shared_phone=int(await tx.fetch_value(_SHARED)),
    )


async def _consent(tx: Transaction, basis: str, source: str) -> list[UUID]:
    """Records the consent of those who never gave any; who they are."""
    if not basis:
        return []
    who = {"person": tx.caller.person_id, "moment": tx.now}
    return await tx.fetch_values(_CONSENT, basis=basis, source=source, **who)


async def _keep_what_is_known(tx: Transaction) -> None:
    """Fills what the rows omit; what is searched is put together anew where something was."""
    partly = await tx.fetch_all(_Known, _KNOWN_IN_PART)
    await tx.execute(_KEEP_WHAT_IS_KNOWN)
    if partly:
        wanted = {"rows": [each.row for each in partly], "texts": [each.text for each in partly]}
        await tx.execute(_SEARCHED, **wanted)


def _copied(row: Incoming) -> tuple[Any, ...]:
    fields = row.fields
    values = {name: getattr(fields, name, None) for name in _FIELDS}
    values |= {
        "sort_key": texts.sort_key(fields.name),
        "search_text": fields.search_text,
        "appointment_status": fields.appointment_status.value,
    }
    return (row.row, new_id(), *(values[name] for name in _FIELDS), row.status_given)
