"""Everything that ever happened to groups and memberships, streamed for the feed's listing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import false, func, select, true, union_all

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.groups import Group
from services.groups.store.groups import COLUMNS, Row
from services.groups.store.tables import contacts, groups, membership_history

_GROUPS = db.compiled(select(*COLUMNS).order_by(groups.c.group_no))
_HISTORY = membership_history.c
_JOINED = select(
    _HISTORY.group_no, _HISTORY.contact_no, _HISTORY.valid_from.label("at"), true().label("joined")
)
_LEFT = select(
    _HISTORY.group_no, _HISTORY.contact_no, _HISTORY.valid_to.label("at"), false().label("joined")
).where(_HISTORY.valid_to.is_not(None))
_ENDS = union_all(_JOINED, _LEFT).subquery()
_MOVES = db.compiled(
    select(
        groups.c.id.label("group_id"),
        _ENDS.c.at,
        _ENDS.c.joined,
        func.array_agg(contacts.c.id).label("contact_ids"),
    )
    .join_from(_ENDS, groups, groups.c.group_no == _ENDS.c.group_no)
    .join(contacts, contacts.c.contact_no == _ENDS.c.contact_no)
    .group_by(groups.c.id, _ENDS.c.at, _ENDS.c.joined)
    .order_by(_ENDS.c.at, _ENDS.c.joined)
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The contacts that joined or left a group at one moment."""

    group_id: UUID
    at: datetime
    joined: bool
    contact_ids: list[UUID]


async def everything(tx: Transaction) -> AsyncIterator[Group]:
    """Every group as it is now, the deleted ones too."""
    async for row in tx.stream(Row, _GROUPS):
        yield row.group()


async def moves(tx: Transaction) -> AsyncIterator[Moved]:
    """Every beginning and end of memberships, oldest first."""
    async for moved in tx.stream(Moved, _MOVES):
        yield moved
