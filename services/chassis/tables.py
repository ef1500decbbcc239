"""The tables that every context has: outbox, stored requests, feed positions, parked events."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.types import UserDefinedType

OUR_TENANT = text("nullif(current_setting('app.tenant_id', true), '')::uuid")


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


def tenant_id() -> Column[object]:
    """The first column of every tenant's table: written by its default, never by a statement."""
    return Column("tenant_id", Uuid, primary_key=True, server_default=OUR_TENANT)


metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    tenant_id(),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("event_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    tenant_id(),
    Column("person_id", Uuid, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("result", Text, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

feed_positions = Table(
    "feed_positions",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("seen_until", DateTime(timezone=True)),
    Column("moved_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

parked_events = Table(
    "parked_events",
    metadata,
    tenant_id(),
    Column("source", Text, primary_key=True),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
)
