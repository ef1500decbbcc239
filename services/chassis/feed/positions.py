"""How far a context has come in another's feed, and which tenants it had to set aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed
from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.feed.changes import Change
from services.chassis.tables import feed_positions, parked_events


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a source's feed; everything made before `seen_until` is behind it."""

    cursor: str
    seen_until: datetime | None


class Moved(Exception):
    """Another process of the context has moved the position: go on from where it is now."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A change that waits, with the number that orders the queue."""

    number: int
    change: Change


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    event_id: UUID
    at: datetime
    type: str
    payload: bytes


_OURS = feed_positions.c.source == bindparam("feed")
_FIND = db.compiled(select(feed_positions.c.cursor, feed_positions.c.seen_until).where(_OURS))
_MOVE = db.compiled(
    update(feed_positions)
    .where(_OURS, feed_positions.c.cursor == bindparam("before"))
    .values(
        cursor=bindparam("after"),
        seen_until=bindparam("until"),
        moved_at=func.now(),
    )
)
_BEGIN = upsert(feed_positions).values(source=bindparam("feed"), cursor=bindparam("after"))
_BEGIN_AGAIN = db.compiled(
    _BEGIN.on_conflict_do_update(
        index_elements=["source"],
        set_={"cursor": _BEGIN.excluded.cursor, "moved_at": func.now()},
    )
)
_LOCK = db.compiled(select(feed_positions.c.source).where(_OURS).with_for_update())

_WAITING = parked_events.c.source == bindparam("feed")
_TENANTS = db.compiled(select(parked_events.c.tenant_id).where(_WAITING).distinct())
_PARK = db.compiled(
    insert(parked_events).values(
        source=bindparam("feed"),
        event_id=bindparam("event"),
        at=bindparam("moment"),
        type=bindparam("kind"),
        payload=bindparam("content"),
        error=bindparam("why"),
    )
)
_QUEUE = db.compiled(
    select(
        parked_events.c.id,
        parked_events.c.event_id,
        parked_events.c.at,
        parked_events.c.type,
        parked_events.c.payload,
    )
    .where(_WAITING)
    .order_by(parked_events.c.id)
    .limit(bindparam("size"))
)
_UNPARK = db.compiled(
    delete(parked_events).where(_WAITING, parked_events.c.id <= bindparam("last", type_=BigInteger))
)
_UNPARK_ALL = db.compiled(delete(parked_events).where(_WAITING))


async def find(tx: Transaction, source: str) -> Position | None:
    """Where to go on; None before the first listing."""
    return await tx.fetch_one(Position, _FIND, feed=source)


async def move(tx: Transaction, source: str, before: str, to: Position) -> None:
    """Done first in a batch's transaction: its row lock makes other processes wait, then yield."""
    moved = await tx.execute(
        _MOVE, feed=source, before=before, after=to.cursor, until=to.seen_until
    )
    if not moved:
        raise Moved


async def begin(tx: Transaction, source: str, cursor: str) -> None:
    """Stores where the listing ended."""
    await tx.execute(_BEGIN_AGAIN, feed=source, after=cursor)


async def lock(tx: Transaction, source: str) -> None:
    """Keeps other processes from moving until the end of the transaction."""
    await tx.execute(_LOCK, feed=source)


async def parked_tenants(tx: Transaction, source: str) -> set[UUID]:
    """The tenants whose changes wait; read across tenants."""
    return set(await tx.fetch_values(_TENANTS, feed=source))


async def park(tx: Transaction, source: str, change: Change, why: str) -> None:
    """Puts the change at the end of its tenant's queue."""
    await tx.execute(
        _PARK,
        feed=source,
        event=change.id,
        moment=change.at,
        kind=change.payload.type_url,
        content=change.payload.value,
        why=why,
    )


async def queue(tx: Transaction, source: str, tenant_id: UUID, size: int) -> Sequence[Parked]:
    """The tenant's changes that wait, oldest first."""
    return [
        Parked(
            row.id,
            Change(row.event_id, tenant_id, row.at, Packed(type_url=row.type, value=row.payload)),
        )
        for row in await tx.fetch_all(_Row, _QUEUE, feed=source, size=size)
    ]


async def unpark(tx: Transaction, source: str, last: int | None = None) -> None:
    """Takes the tenant's changes up to a number, or all, out of the queue."""
    if last is None:
        await tx.execute(_UNPARK_ALL, feed=source)
    else:
        await tx.execute(_UNPARK, feed=source, last=last)
