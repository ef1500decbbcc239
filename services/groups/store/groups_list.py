"""Lists of the groups that the caller may see, and figures over all of them.

An archived group is left out where groups are listed, counted or compared; its
people stay its members, so they are in a group wherever people are counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from services.chassis import db, texts
from services.chassis.db import Transaction
from services.chassis.pages import Key
from services.groups.domain.audit import Action
from services.groups.domain.groups import Group, Stats
from services.groups.domain.listing import GroupFilter, GroupSort
from services.groups.store import keyset
from services.groups.store.groups import ANSWER_RATE, COLUMNS, Row
from services.groups.store.keyset import Order
from services.groups.store.tables import audit, calls, contacts, groups, memberships
from services.groups.store.visible import SEEN, eyes

_SORTS: dict[GroupSort, ColumnElement[Any]] = {
    GroupSort.NAME: groups.c.sort_key,
    GroupSort.MEMBER_COUNT: groups.c.contact_count,
    GroupSort.RECENT_ACTIVITY: groups.c.activity_at,
    GroupSort.PERFORMANCE: ANSWER_RATE,
    GroupSort.CREATED_AT: groups.c.created_at,
}
_NULLABLE = frozenset({GroupSort.RECENT_ACTIVITY, GroupSort.PERFORMANCE})
_AFTER = (
    select(groups.c.group_no)
    .where(groups.c.id == bindparam("after_id", type_=Uuid))
    .correlate(None)
    .scalar_subquery()
)
_MEMBERS_CHANGED = (Action.MEMBER_ADDED, Action.MEMBER_REMOVED)


def _words(actions: Iterable[Action]) -> list[ColumnElement[Any]]:
    """The actions as constants, as the condition of the index has them."""
    return [literal_column(f"'{each.value}'") for each in actions]


_SINCE = bindparam("since", type_=DateTime(timezone=True))
_BY_GROUP = (
    select(audit.c.group_id, func.count().label("number"))
    .where(audit.c.at > _SINCE, audit.c.action.in_(_words(_MEMBERS_CHANGED)))
    .group_by(audit.c.group_id)
    .subquery()
)
_CHANGES = select(groups.c.group_no, _BY_GROUP.c.number).join_from(
    _BY_GROUP, groups, groups.c.id == _BY_GROUP.c.group_id
)
_BY_PERSON = (
    select(calls.c.contact_no, func.count().label("number"))
    .where(calls.c.at > _SINCE, calls.c.counts)
    .group_by(calls.c.contact_no)
    .subquery()
)
_CALLS = select(memberships.c.group_no, _BY_PERSON.c.number).join_from(
    _BY_PERSON, memberships, memberships.c.contact_no == _BY_PERSON.c.contact_no
)
_HAPPENED = union_all(_CHANGES, _CALLS).subquery()
_NUMBER = func.sum(_HAPPENED.c.number)
_MOST_ACTIVE = (
    select(groups.c.id, groups.c.name, cast(_NUMBER, Integer).label("changes"))
    .join_from(groups, _HAPPENED, _HAPPENED.c.group_no == groups.c.group_no)
    .where(SEEN, ~groups.c.archived)
    .group_by(groups.c.tenant_id, groups.c.group_no)
    .order_by(_NUMBER.desc(), groups.c.sort_key)
    .limit(1)
    .subquery()
)
_TOTAL = select(func.count()).where(SEEN, ~groups.c.archived).scalar_subquery()
_HIDDEN = select(groups.c.group_no).where(groups.c.deleted_at.is_(None), ~SEEN).scalar_subquery()
# Those of hidden groups are left out, rather than those of seen groups taken, so that the
# index over people is read in its order and nothing is sorted.
_GROUPED = (
    select(func.count(memberships.c.contact_no.distinct()))
    .where(memberships.c.group_no != func.all(func.array(_HIDDEN)))
    .scalar_subquery()
)
_PEOPLE = (
    select(func.count()).select_from(contacts).where(contacts.c.deleted_at.is_(None))
).scalar_subquery()
_FIGURES = select(
    _TOTAL.label("total"), _GROUPED.label("grouped"), _PEOPLE.label("people")
).subquery()
_STATS = db.compiled(
    select(
        *_FIGURES.c,
        _MOST_ACTIVE.c.id.label("active_id"),
        _MOST_ACTIVE.c.name.label("active_name"),
        func.coalesce(_MOST_ACTIVE.c.changes, 0).label("active_changes"),
    ).join_from(_FIGURES, _MOST_ACTIVE, true(), isouter=True)
)


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the statement counts; each of its counts would run again where it is used twice."""

    total: int
    grouped: int
    people: int
    active_id: UUID | None
    active_name: str | None
    active_changes: int


async def stats(tx: Transaction, since: datetime) -> Stats:
    """Figures over the groups that the caller may see; activity counts from a moment on."""
    found = await tx.fetch_one(_Figures, _STATS, since=since, **eyes(tx.caller))
    assert found is not None
    return Stats(
        found.total,
        found.grouped,
        found.people - found.grouped,
        found.active_id,
        found.active_name,
        found.active_changes,
    )


async def count(tx: Transaction, asked: GroupFilter) -> int:
    """How many groups match."""
    statement = select(func.count()).where(*_clauses(asked))
    return int(await tx.fetch_value(statement, **eyes(tx.caller)))


async def page(
    tx: Transaction,
    asked: GroupFilter,
    sort: GroupSort,
    size: int,
    *,
    descending: bool,
    after: tuple[Key, UUID] | None = None,
    offset: int = 0,
) -> list[tuple[Group, Key]]:
    """Groups with their sort keys, from after the one given or from an offset."""
    order = Order(_SORTS[sort], groups.c.group_no, descending, sort in _NULLABLE)
    statement = (
        select(*COLUMNS)
        .where(*_clauses(asked))
        .order_by(*order.by())
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
    )
    values: dict[str, Any] = {"size": size, "skipped": offset, **eyes(tx.caller)}
    if after is not None:
        statement = statement.where(order.after(_AFTER, has_value=after[0] is not None))
        values |= order.values(after)
    rows = await tx.fetch_all(Row, statement, **values)
    return [(row.group(), _key(row, sort)) for row in rows]


def _clauses(asked: GroupFilter) -> list[ColumnElement[bool]]:
    found = [SEEN]
    if not asked.include_archived:
        found.append(~groups.c.archived)
    if asked.color is not None:
        found.append(groups.c.color == asked.color)
    if asked.visibility is not None:
        found.append(groups.c.visibility == asked.visibility.value)
    if asked.search:
        found.append(
            or_(
                groups.c.sort_key.contains(texts.sort_key(asked.search), autoescape=True),
                groups.c.description.icontains(asked.search, autoescape=True),
            )
        )
    return found


def _key(row: Row, sort: GroupSort) -> Key:
    column = _SORTS[sort]
    return keyset.key(getattr(row, str(column.key)))
