"""What a feed's server reads: events in commit order, complete up to the oldest writer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.feed.cursor import Cursor

LIMIT = 500


@dataclass(frozen=True, slots=True)
class State:
    """Which database this is and how far its feed is complete, at a real moment.

    Everything of transactions before `horizon` is final; `writing` are the
    transactions still open, `waits` tells whether committed events stand behind them.
    """

    channel: str
    generation: str
    horizon: int
    moment: datetime
    writing: Sequence[int]
    waits: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An event as the outbox keeps it."""

    tenant_id: UUID
    xid: int
    id: int
    event_id: UUID
    at: datetime
    type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Holder:
    """The session whose transaction is the oldest open one."""

    pid: int
    role: str
    application: str

    def __str__(self) -> str:
        return f"{self.role} {self.application} pid {self.pid}"


# A restore makes the table anew, recovery to a moment begins a new timeline: either
# shows in the generation.
_STATE = db.compiled(
    text(
        """
        select concat(current_schema(), '_outbox') as channel,
               md5(concat_ws('/',
                   (select system_identifier from pg_control_system()),
                   (select timeline_id from pg_control_checkpoint()),
                   (select oid from pg_database where datname = current_database()),
                   'outbox'::regclass::oid)) as generation,
               pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon,
               clock_timestamp() as moment,
               array(select pg_snapshot_xip(pg_current_snapshot())::text::bigint) as writing,
               coalesce((select xid >= pg_snapshot_xmin(pg_current_snapshot())
                         from outbox order by xid desc, id desc limit 1), false) as waits
        """
    )
)
# The order names the table: without it the text that `xid` is read as would be sorted.
_EVENTS = db.compiled(
    text(
        """
        select tenant_id, xid::text::bigint as xid, id, event_id, at, type, payload
        from outbox
        where (xid, id) > (cast(:xid as xid8), :id)
          and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by outbox.xid, outbox.id
        limit :size
        """
    )
)
_HOLDER = db.compiled(
    text(
        """
        select pid, usename::text as role, application_name as application
        from pg_stat_activity where backend_xid = xid(cast(:xid as xid8))
        """
    )
)


async def state(tx: Transaction) -> State:
    """How things stand now."""
    found = await tx.fetch_one(State, _STATE)
    assert found is not None
    return found


async def events(tx: Transaction, after: Cursor) -> list[Row]:
    """The next events after a cursor; a later event never appears before an earlier one."""
    return await tx.fetch_all(Row, _EVENTS, xid=str(after.xid), id=after.id, size=LIMIT)


async def holder(tx: Transaction, xid: int) -> Holder | None:
    """Who has the transaction open, if it still is."""
    return await tx.fetch_one(Holder, _HOLDER, xid=str(xid))
