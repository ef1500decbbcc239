"""Memberships as they begin and end, the intervals of the past included."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid, bindparam, delete, func, insert, select, update

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.members import Origin
from services.groups.store.arrays import among_found
from services.groups.store.tables import contacts, groups, membership_history, memberships

_IDS = contacts.c.id == func.any(bindparam("contact_ids", type_=ARRAY(Uuid)))
_NUMBER = (
    select(groups.c.group_no).where(groups.c.id == bindparam("group_id", type_=Uuid))
).scalar_subquery()
_KNOWN = db.compiled(
    select(contacts.c.id)
    .where(_IDS, contacts.c.deleted_at.is_(None))
    .order_by(contacts.c.contact_no)
    .with_for_update(read=True)
)
_CONTACT_NUMBERS = select(contacts.c.contact_no).where(_IDS)
# The offset has each contact looked up in the group, never the group walked (ADR 0011).
MEMBERS = db.compiled(
    select(contacts.c.id).where(
        _IDS,
        select(memberships.c.contact_no)
        .where(memberships.c.group_no == _NUMBER, memberships.c.contact_no == contacts.c.contact_no)
        .offset(0)
        .correlate(contacts)
        .exists(),
    )
)
_MOMENT = DateTime(timezone=True)
_BEGIN = db.compiled(
    insert(memberships).from_select(
        ["group_no", "contact_no", "sort_key", "added_at", "added_by", "added_via"],
        select(
            _NUMBER,
            contacts.c.contact_no,
            contacts.c.sort_key,
            bindparam("at", type_=_MOMENT),
            bindparam("person", type_=Uuid),
            bindparam("via", type_=Text),
        ).where(_IDS),
    )
)
_RECORD = db.compiled(
    insert(membership_history).from_select(
        ["group_no", "contact_no", "valid_from", "added_by", "added_via", "added_operation"],
        select(
            _NUMBER,
            contacts.c.contact_no,
            bindparam("at", type_=_MOMENT),
            bindparam("person", type_=Uuid),
            bindparam("via", type_=Text),
            bindparam("operation", type_=Uuid),
        ).where(_IDS),
    )
)
_END = db.compiled(
    delete(memberships).where(
        memberships.c.group_no == _NUMBER, among_found(memberships.c.contact_no, _CONTACT_NUMBERS)
    )
)
_CLOSED = {
    "valid_to": bindparam("at", type_=_MOMENT),
    "ended_by": bindparam("person", type_=Uuid),
    "ended_operation": bindparam("operation", type_=Uuid),
}
_CLOSE = db.compiled(
    update(membership_history)
    .where(
        membership_history.c.group_no == _NUMBER,
        among_found(membership_history.c.contact_no, _CONTACT_NUMBERS),
        membership_history.c.valid_to.is_(None),
    )
    .values(**_CLOSED)
)
EVERYONE = db.compiled(
    select(contacts.c.id)
    .join_from(memberships, contacts, memberships.c.contact_no == contacts.c.contact_no)
    .where(memberships.c.group_no == _NUMBER)
    .order_by(memberships.c.contact_no)
)


async def known(tx: Transaction, contact_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the contacts that exist; they can't be deleted until the end."""
    return frozenset(await tx.fetch_values(_KNOWN, contact_ids=list(contact_ids)))


async def members(
    tx: Transaction, group_id: UUID, contact_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of the contacts that are in the group now."""
    values = {"group_id": group_id, "contact_ids": list(contact_ids)}
    return frozenset(await tx.fetch_values(MEMBERS, **values))


async def everyone(tx: Transaction, group_id: UUID) -> tuple[UUID, ...]:
    """All members of the group, in a stable order."""
    return tuple(await tx.fetch_values(EVERYONE, group_id=group_id))


async def begin(
    tx: Transaction, group_id: UUID, contact_ids: Collection[UUID], origin: Origin, at: datetime
) -> None:
    """Makes contacts who are not in the group its members."""
    values = {"group_id": group_id, "contact_ids": list(contact_ids), "at": at}
    who = {"person": tx.caller.person_id, "via": origin.via.value}
    await tx.execute(_BEGIN, **values, **who)
    await tx.execute(_RECORD, **values, **who, operation=origin.operation_id)


async def end(
    tx: Transaction, group_id: UUID, contact_ids: Collection[UUID], origin: Origin, at: datetime
) -> None:
    """Takes members out of the group; the interval stays on record."""
    values = {"group_id": group_id, "contact_ids": list(contact_ids)}
    await tx.execute(_END, **values)
    who = {"person": tx.caller.person_id, "operation": origin.operation_id}
    await tx.execute(_CLOSE, **values, **who, at=at)
