"""Announces changes to the other contexts, in the transaction that makes them."""

from sqlalchemy import Text, bindparam, cast, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, UUID

from services.chassis import db, failpoints
from services.chassis.db import Transaction
from services.chassis.ids import new_id
from services.chassis.tables import outbox

_EVENTS = (
    func.unnest(
        cast(bindparam("ids"), ARRAY(UUID)),
        cast(bindparam("types"), ARRAY(Text)),
        cast(bindparam("payloads"), ARRAY(BYTEA)),
    )
    .table_valued("event_id", "type", "payload", with_ordinality="position")
    .render_derived(name="events")
)

_APPEND = db.compiled(
    insert(outbox).from_select(
        ["event_id", "type", "payload", "at"],
        select(
            _EVENTS.c.event_id,
            _EVENTS.c.type,
            _EVENTS.c.payload,
            bindparam("moment", type_=outbox.c.at.type),
        ).order_by(_EVENTS.c.position),
    )
)
_WAKE = db.compiled(
    select(func.pg_notify(func.concat(literal_column("current_schema()"), "_outbox"), ""))
)


async def append(tx: Transaction, *events: object) -> None:
    """Stores the events in their order and wakes the feed's readers at commit."""
    if not events:
        return
    encoded = [tx.encode(event) for event in events]
    await tx.execute(
        _APPEND,
        ids=[new_id() for _ in encoded],
        types=[kind for kind, _ in encoded],
        payloads=[payload for _, payload in encoded],
        moment=tx.now,
    )
    failpoints.hit("after_outbox_insert")
    await tx.execute(_WAKE)
