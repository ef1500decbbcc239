"""The one query builder: a selection becomes clauses over contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union,
)

from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.pages import Key
from services.groups.domain import searching, selections
from services.groups.domain.selections import CallResult, Selection
from services.groups.store.arrays import among, not_among
from services.groups.store.keyset import Order
from services.groups.store.tables import contacts, groups, memberships
from services.groups.store.visible import SEEN, eyes

CAP = 10_000
Row = TypeVar("Row")
_TENANT: ColumnElement[Any] = literal_column(
    "nullif(current_setting('app.tenant_id', true), '')::uuid"
)
_HITS = db.compiled(
    select(func.count()).select_from(
        select(func.search_contacts(_TENANT, bindparam("pattern", type_=Text)))
        .limit(CAP + 1)
        .subquery()
    )
)


_ORDER = Order(contacts.c.sort_key, contacts.c.contact_no)
_AFTER = (
    select(contacts.c.contact_no)
    .where(contacts.c.id == bindparam("after_id", type_=Uuid))
    .correlate(None)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Total:
    """How many contacts match, exactly unless it is capped."""

    count: int
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a selection is asked.

    A `broad` search hits so many contacts that walking the list finds a page
    sooner than collecting them. `names_only` searches what a masked role sees.
    """

    broad: bool = False
    names_only: bool = False


async def manner(tx: Transaction, selection: Selection, *, names_only: bool = False) -> Manner:
    """Finds out whether the selection's search is broad."""
    hits = [await tx.fetch_value(_HITS, pattern=each) for each in _patterns(selection)]
    return Manner(broad=any(each > CAP for each in hits), names_only=names_only)


async def total(tx: Transaction, selection: Selection, asked: Manner) -> Total:
    """How many contacts match; a search stops counting after 10,000."""
    found = select(contacts.c.contact_no).where(*clauses(selection, asked))
    return await count(tx, found, is_search=bool(selection.search))


async def count(tx: Transaction, found: Select[Any], *, is_search: bool, **values: Any) -> Total:
    """How many rows a statement finds; a search stops counting after 10,000."""
    limited = found.limit(CAP + 1) if is_search else found
    statement = select(func.count()).select_from(limited.subquery())
    number = int(await tx.fetch_value(statement, **values, **eyes(tx.caller)))
    return Total(min(number, CAP), capped=True) if is_search and number > CAP else Total(number)


async def ids(tx: Transaction, selection: Selection, limit: int) -> tuple[UUID, ...]:
    """The contacts that match, at most so many, in a stable order."""
    asked = await manner(tx, selection)
    statement = (
        select(contacts.c.id)
        .where(*clauses(selection, asked))
        .order_by(contacts.c.contact_no)
        .limit(limit)
    )
    return tuple(await tx.fetch_values(statement, **eyes(tx.caller)))


async def page(
    tx: Transaction,
    row: type[Row],
    columns: Sequence[ColumnElement[Any]],
    selection: Selection,
    asked: Manner,
    size: int,
    *,
    after: tuple[Key, UUID] | None = None,
    offset: int = 0,
) -> list[Row]:
    """Contacts that match, by name, from after the one given or from an offset."""
    statement = (
        select(*columns)
        .where(*clauses(selection, asked))
        .order_by(*_ORDER.by())
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
    )
    values: dict[str, Any] = {"size": size, "skipped": offset}
    if after is not None:
        statement = statement.where(_ORDER.after(_AFTER))
        values |= _ORDER.values(after)
    return await tx.fetch_all(row, statement, **values, **eyes(tx.caller))


async def sample(
    tx: Transaction, selection: Selection, asked: Manner, size: int
) -> list[selections.Named]:
    """The first few contacts that match, by name."""
    columns = (contacts.c.id, contacts.c.name)
    return await page(tx, selections.Named, columns, selection, asked, size)


def clauses(selection: Selection, manner: Manner) -> list[ColumnElement[bool]]:
    """What a row of `contacts` must fulfil; needs the values of `visible.eyes`."""
    return [
        contacts.c.deleted_at.is_(None),
        *_group_clauses(selection),
        *_appointment_clauses(selection),
        *_call_clauses(selection),
        *_search_clauses(selection, manner),
        *_id_clauses(selection),
    ]


def _group_clauses(selection: Selection) -> list[ColumnElement[bool]]:
    positive = [_in(selection.any)] if selection.any else []
    positive += [_in((each,)) for each in selection.all]
    if selection.ungrouped:
        positive = [or_(and_(*positive), _UNGROUPED) if positive else _UNGROUPED]
    return [*positive, *([_in_none(selection.none)] if selection.none else [])]


def _in(group_ids: tuple[UUID, ...]) -> ColumnElement[bool]:
    within = memberships.c.group_no.in_(_numbers(group_ids))
    return contacts.c.contact_no.in_(select(memberships.c.contact_no).where(within))


def _in_none(group_ids: tuple[UUID, ...]) -> ColumnElement[bool]:
    within = memberships.c.group_no.in_(_numbers(group_ids))
    theirs = memberships.c.contact_no == contacts.c.contact_no
    return ~select(memberships.c.contact_no).where(within, theirs).correlate(contacts).exists()


def _numbers(group_ids: tuple[UUID, ...]) -> Select[Any]:
    return select(groups.c.group_no).where(among(groups.c.id, group_ids))


_UNGROUPED = ~(
    select(memberships.c.contact_no)
    .join_from(memberships, groups, memberships.c.group_no == groups.c.group_no)
    .where(memberships.c.contact_no == contacts.c.contact_no, SEEN)
    .correlate(contacts)
    .exists()
)


def _appointment_clauses(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.status:
        found.append(among(contacts.c.appointment_status, selection.status))
    if selection.appointment_from is not None:
        found.append(contacts.c.appointment_time >= selection.appointment_from)
    if selection.appointment_to is not None:
        found.append(contacts.c.appointment_time < selection.appointment_to)
    words = {
        contacts.c.owner_name: selection.provider,
        contacts.c.appointment_type: selection.type,
        contacts.c.booking_source: selection.source,
    }
    found += [func.lower(column) == word.lower() for column, word in words.items() if word]
    return found


def _call_clauses(selection: Selection) -> list[ColumnElement[bool]]:
    never = contacts.c.call_attempts == 0
    failed = and_(contacts.c.call_attempts > 0, contacts.c.last_call_failed)
    match selection.call_result:
        case CallResult.NEVER_CALLED:
            return [never]
        case CallResult.FAILED:
            return [failed]
        case CallResult.NEEDS_CALL:
            return [or_(never, failed)]
        case None:
            return []


def _id_clauses(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.ids:
        found.append(among(contacts.c.id, selection.ids))
    if selection.except_ids:
        found.append(not_among(contacts.c.id, selection.except_ids))
    return found


def _search_clauses(selection: Selection, manner: Manner) -> list[ColumnElement[bool]]:
    if not selection.search:
        return []
    patterns = _patterns(selection)
    if not patterns:
        return [false()]
    if manner.broad:
        hit = or_(*(contacts.c.search_text.like(each) for each in patterns))
    else:
        hit = contacts.c.contact_no.in_(union(*map(_hits, patterns)))
    return [hit, or_(*map(_in_name_or_phone, patterns))] if manner.names_only else [hit]


def _hits(pattern: str) -> Select[Any]:
    return select(func.search_contacts(_TENANT, literal(pattern, Text)))


def _in_name_or_phone(pattern: str) -> ColumnElement[bool]:
    return or_(
        (literal(" ", Text) + contacts.c.sort_key).like(pattern),
        (literal(" ", Text) + func.ltrim(contacts.c.phone, "+")).like(pattern),
    )


def _patterns(selection: Selection) -> tuple[str, ...]:
    return searching.patterns(selection.search) if selection.search else ()
