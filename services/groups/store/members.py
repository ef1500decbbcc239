"""The members of a group in pages, and the groups of a contact."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    func,
    select,
    true,
)

from services.chassis import db
from services.chassis.db import Query, Sql, Transaction
from services.chassis.pages import Key
from services.groups.domain.groups import Ref
from services.groups.domain.members import Member, MemberSort
from services.groups.domain.selections import Selection
from services.groups.store import consents, keyset, selections
from services.groups.store.keyset import Order
from services.groups.store.selections import Manner, Total
from services.groups.store.tables import contacts, groups, memberships, people
from services.groups.store.visible import SEEN, eyes

_SORTS: dict[MemberSort, ColumnElement[Any]] = {
    MemberSort.NAME: memberships.c.sort_key,
    MemberSort.APPOINTMENT_TIME: contacts.c.appointment_time,
    MemberSort.ADDED_TO_GROUP: memberships.c.added_at,
    MemberSort.LAST_CONTACT: contacts.c.last_contact_time,
    MemberSort.CALL_ATTEMPTS: contacts.c.call_attempts,
    MemberSort.APPOINTMENT_STATUS: contacts.c.appointment_status,
}
_NULLABLE = frozenset({MemberSort.APPOINTMENT_TIME, MemberSort.LAST_CONTACT})
_WHO_ADDED = select(people.c.name).where(people.c.id == memberships.c.added_by).scalar_subquery()
_COLUMNS = (
    contacts.c.id,
    contacts.c.name,
    contacts.c.sort_key,
    func.coalesce(contacts.c.phone, contacts.c.phone_raw, "").label("phone"),
    contacts.c.email,
    contacts.c.appointment_time,
    contacts.c.appointment_status,
    contacts.c.appointment_type,
    contacts.c.appointment_duration,
    contacts.c.owner_name,
    memberships.c.added_at.label("date_added_to_group"),
    _WHO_ADDED.label("added_by_user"),
    memberships.c.added_via,
    contacts.c.call_attempts,
    contacts.c.answered_calls,
    contacts.c.last_contact_time,
    contacts.c.next_scheduled_call,
    contacts.c.do_not_call,
    consents.TO_CALL.label("consent"),
    contacts.c.created_at,
    contacts.c.updated_at,
)
_OF_GROUP = memberships.c.group_no == (
    select(groups.c.group_no)
    .where(groups.c.id == bindparam("group_id", type_=Uuid))
    .scalar_subquery()
)
_AFTER = (
    select(contacts.c.contact_no)
    .where(contacts.c.id == bindparam("after_id", type_=Uuid))
    .correlate(None)
    .scalar_subquery()
)
# The offset has each contact's groups looked up, never the groups walked (ADR 0011).
_THEIRS = (
    select(memberships.c.group_no)
    .where(memberships.c.contact_no == contacts.c.contact_no)
    .offset(0)
    .lateral("theirs")
)
GROUPS_OF = db.compiled(
    select(
        contacts.c.id.label("contact_id"),
        groups.c.id,
        groups.c.name,
        groups.c.color,
        groups.c.icon,
        groups.c.description,
    )
    .join_from(contacts, _THEIRS, true())
    .join(groups, groups.c.group_no == _THEIRS.c.group_no)
    .where(contacts.c.id == func.any(bindparam("contact_ids", type_=ARRAY(Uuid))), SEEN)
    .order_by(groups.c.sort_key, groups.c.group_no)
)


EVERYBODY = Selection()


class Begins(Enum):
    """Where a page begins, as far as its statement differs."""

    FIRST = "first"
    BEHIND_VALUE = "behind value"
    BEHIND_NULL = "behind null"

    @staticmethod
    def of(key: Key) -> "Begins":
        return Begins.BEHIND_NULL if key is None else Begins.BEHIND_VALUE


@dataclass(frozen=True, slots=True)
class _Ref:
    contact_id: UUID
    id: UUID
    name: str
    color: str
    icon: str | None
    description: str | None


async def count(tx: Transaction, group_id: UUID, selection: Selection, manner: Manner) -> Total:
    """How many members match a selection."""
    found = _matching(select(memberships.c.contact_no), selection, manner)
    return await selections.count(tx, found, is_search=bool(selection.search), group_id=group_id)


async def page(
    tx: Transaction,
    group_id: UUID,
    selection: Selection,
    manner: Manner,
    sort: MemberSort,
    size: int,
    *,
    descending: bool,
    after: tuple[Key, UUID] | None = None,
    offset: int = 0,
) -> list[Member]:
    """Members who match, from after the one given or from an offset."""
    order = _order(sort, descending=descending)
    begins = Begins.FIRST if after is None else Begins.of(after[0])
    if selection == EVERYBODY:
        statement: Query = whole(sort, descending, begins)
    else:
        statement = _paged(selection, manner, order, begins)
    values: dict[str, Any] = {"size": size, "skipped": offset, "group_id": group_id}
    values |= order.values(after) if after else {}
    return await tx.fetch_all(Member, statement, **values, **eyes(tx.caller))


@cache
def whole(sort: MemberSort, descending: bool, begins: Begins) -> Sql:
    """The statement of a page of all members, compiled once for each of its few shapes."""
    order = _order(sort, descending=descending)
    return db.compiled(_paged(EVERYBODY, Manner(), order, begins))


def _paged(selection: Selection, manner: Manner, order: Order, begins: Begins) -> Select[Any]:
    statement = (
        _matching(select(*_COLUMNS), selection, manner)
        .order_by(*order.by())
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
    )
    if begins is Begins.FIRST:
        return statement
    return statement.where(order.after(_AFTER, has_value=begins is Begins.BEHIND_VALUE))


def _order(sort: MemberSort, *, descending: bool) -> Order:
    return Order(_SORTS[sort], memberships.c.contact_no, descending, sort in _NULLABLE)


def key(member: Member, sort: MemberSort) -> Key:
    """What a page token carries of a member."""
    values = {
        MemberSort.NAME: member.sort_key,
        MemberSort.APPOINTMENT_TIME: member.appointment_time,
        MemberSort.ADDED_TO_GROUP: member.date_added_to_group,
        MemberSort.LAST_CONTACT: member.last_contact_time,
        MemberSort.CALL_ATTEMPTS: member.call_attempts,
        MemberSort.APPOINTMENT_STATUS: member.appointment_status,
    }
    return keyset.key(values[sort])


async def groups_of(
    tx: Transaction, contact_ids: Collection[UUID]
) -> Mapping[UUID, tuple[Ref, ...]]:
    """The groups of each contact that the caller may see, by name; none, no entry."""
    rows = await tx.fetch_all(_Ref, GROUPS_OF, contact_ids=list(contact_ids), **eyes(tx.caller))
    found: dict[UUID, list[Ref]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append(Ref(row.id, row.name, row.color, row.icon, row.description))
    return {contact: tuple(theirs) for contact, theirs in found.items()}


def _matching(statement: Select[Any], selection: Selection, manner: Manner) -> Select[Any]:
    return (
        statement.select_from(memberships)
        .join(contacts, contacts.c.contact_no == memberships.c.contact_no)
        .where(_OF_GROUP, *selections.clauses(selection, manner))
    )
