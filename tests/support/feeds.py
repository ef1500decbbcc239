"""Two contexts that are nothing but a feed: one that announces, one that follows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import grpc
from alembic.migration import MigrationContext
from alembic.operations import Operations
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import create_engine, text

from services.chassis import db as sql
from services.chassis import feed, interceptors, outbox
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database, Encode, Transaction
from services.chassis.ids import new_id
from services.chassis.interceptors import Around
from services.chassis.migrations import Schema
from tests.support.databases import Databases
from vio.feed.v1.feed_service_pb2_grpc import (
    ChangeFeedServiceStub,
    add_ChangeFeedServiceServicer_to_server,
)

if TYPE_CHECKING:
    from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceAsyncStub

_TYPE = "type.googleapis.com/google.protobuf.StringValue"
_NOTE = sql.compiled(text("insert into notes (word) values (:word)"))
_NOTES = sql.compiled(text("select word from notes order by number"))
_POSITION = sql.compiled(text("select count(*) from feed_positions"))


def encode(event: object) -> tuple[str, bytes]:
    """Events are words."""
    return _TYPE, StringValue(value=str(event)).SerializeToString()


def make_schemas(databases: Databases, name: str) -> Databases:
    """A database of its own, where groups announces and campaigns follows."""
    made = databases.bare(name)
    for context in ("groups", "campaigns"):
        url = made.url(f"{context}_owner").replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
        with (
            engine.begin() as connection,
            Operations.context(MigrationContext.configure(connection)),
        ):
            _make(Schema(context), connection.exec_driver_sql)
        engine.dispose()
    return made


def _make(schema: Schema, run: object) -> None:
    assert callable(run)
    schema.chassis_tables()
    run(f"create table {schema.name}.tenants (tenant_id uuid primary key)")
    run(f"grant select, insert on {schema.name}.tenants to {schema.name}")
    run(f"grant select (tenant_id) on {schema.name}.tenants to {schema.name}_across")
    run(
        f"create table {schema.name}.notes (tenant_id uuid not null "
        "default current_setting('app.tenant_id')::uuid, "
        "number bigint generated always as identity, word text not null)"
    )
    schema.tenant_table("notes")


@dataclass(slots=True)
class Source:
    """The context that announces; its history is what `history` says."""

    db: Database
    history: dict[UUID, list[object]] = field(default_factory=dict)

    async def tenant(self, *history: object) -> UUID:
        """A new tenant whose listing gives these events."""
        tenant_id = new_id()
        self.history[tenant_id] = list(history)
        await self.know(tenant_id)
        return tenant_id

    async def know(self, tenant_id: UUID) -> None:
        async with self.db.transaction(Caller.service(tenant_id)) as tx:
            await tx.execute(text("insert into tenants values (:id)"), id=tenant_id)

    async def announce(self, tenant_id: UUID, *words: object) -> None:
        async with self.db.transaction(Caller.service(tenant_id)) as tx:
            await outbox.append(tx, *words)

    async def listed(self, tx: Transaction) -> AsyncIterator[object]:
        assert tx.caller.tenant_id is not None
        for word in self.history.get(tx.caller.tenant_id, []):
            yield word

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[grpc.aio.Channel]:
        """A channel to a server of this feed."""
        server = grpc.aio.server(interceptors=[Around(interceptors.refusals_as_status)])
        served = feed.ChangeFeed(self.db, self.listed, poll=0.2, heartbeat=0.05)
        add_ChangeFeedServiceServicer_to_server(served, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
        await server.stop(None)

    @asynccontextmanager
    async def served(self) -> AsyncIterator["ChangeFeedServiceAsyncStub"]:
        async with self.channel() as channel:
            yield ChangeFeedServiceStub(channel)


@dataclass(slots=True)
class Follower:
    """The context that follows: it notes each word; `faults` are words that it can't take."""

    db: Database
    faults: set[str] = field(default_factory=set)
    runs: list[int] = field(default_factory=list)

    async def apply(self, tx: Transaction, change: feed.Change) -> None:
        word = StringValue.FromString(change.payload.value).value
        if word in self.faults:
            raise ValueError(word)
        await tx.execute(_NOTE, word=word)

    async def apply_run(self, tx: Transaction, changes: Sequence[feed.Change]) -> None:
        self.runs.append(len(changes))
        for change in changes:
            await self.apply(tx, change)

    async def notes(self, tenant_id: UUID) -> list[str]:
        async with self.db.transaction(Caller.service(tenant_id)) as tx:
            return await tx.fetch_values(_NOTES)

    async def is_listed(self) -> bool:
        async with self.db.transaction(Caller.service(None)) as tx:
            return bool(await tx.fetch_value(_POSITION))


@asynccontextmanager
async def opened(
    databases: Databases, context: str, encode: Encode = encode
) -> AsyncIterator[Database]:
    async with Database.open(databases.url(context), encode, Clock.real_time()) as database:
        yield database
