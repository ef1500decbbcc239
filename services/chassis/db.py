"""Runs SQL: SQLAlchemy Core writes the statements, psycopg runs them, row security guards them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, OperationalError
from psycopg.errors import (
    DeadlockDetected,
    LockNotAvailable,
    QueryCanceled,
    SerializationFailure,
)
from psycopg.rows import class_row, dict_row, scalar_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import JsonbDumper
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from services.chassis import deadline, errors
from services.chassis.caller import Caller
from services.chassis.clock import Clock

Row = TypeVar("Row")
Encode = Callable[[object], tuple[str, bytes]]


class Sql(NamedTuple):
    """A compiled statement and the values that were written into it."""

    text: str
    literals: dict[str, Any]


Query = Sql | ClauseElement

_DIALECT: Any = PGDialect_psycopg
_BUSY = (DeadlockDetected, LockNotAvailable, SerializationFailure)
_BEGIN = """
select set_config('app.tenant_id', %(tenant)s, true),
       set_config('statement_timeout', coalesce(%(left)s, current_setting('statement_timeout')),
                  true),
       clock_timestamp() as moment
"""
_ACROSS = """
set transaction read only;
select set_config('role', session_user || '_across', true)
"""
_SWITCH = "select set_config('app.tenant_id', %s, true)"
_MOMENT = "select clock_timestamp()"
# The pool pauses twice as long after each failure to connect; given up, it tries when it is asked.
_PATIENCE = 2.0
_ROWS_A_FETCH = 500


def compiled(statement: ClauseElement) -> Sql:
    """The statement as text: done at import, once, for every statement of a fixed shape."""
    sql: Any = statement.compile(dialect=_DIALECT())
    return Sql(str(sql), {k: v for k, v in sql.params.items() if not sql.binds[k].required})


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction of one caller.

    `now` is the virtual moment at which it began, by the database's clock;
    `encode` turns domain events into feed payloads; `streams` are closed at its end.
    """

    caller: Caller
    now: datetime
    encode: Encode
    clock: Clock
    connection: AsyncConnection[Any]
    streams: AsyncExitStack

    async def fetch_all(self, row: type[Row], sql: Query, **values: Any) -> list[Row]:
        """Every row, as `row`; `dict` gives dictionaries."""
        return await (await self._run(row, sql, values)).fetchall()

    async def fetch_one(self, row: type[Row], sql: Query, **values: Any) -> Row | None:
        """The first row, as `row`."""
        return await (await self._run(row, sql, values)).fetchone()

    async def fetch_value(self, sql: Query, **values: Any) -> Any:
        """The first column of the first row, None without rows."""
        text, literals = _as_sql(sql)
        cursor = self.connection.cursor(row_factory=scalar_row)
        return await (await cursor.execute(text, literals | values)).fetchone()

    async def fetch_values(self, sql: Query, **values: Any) -> list[Any]:
        """The first column of every row."""
        text, literals = _as_sql(sql)
        cursor = self.connection.cursor(row_factory=scalar_row)
        return await (await cursor.execute(text, literals | values)).fetchall()

    async def execute(self, sql: Query, **values: Any) -> int:
        """How many rows the statement touched."""
        return (await self._run(dict, sql, values)).rowcount

    def stream(self, row: type[Row], sql: Query, **values: Any) -> AsyncIterator[Row]:
        """The rows one by one from a server-side cursor, in bounded memory.

        Ends with the transaction: one that is closed when it is collected closes whatever
        cursor of that name its connection has by then, which is another caller's.
        """
        rows = self._stream(row, sql, values)
        self.streams.push_async_callback(rows.aclose)
        return rows

    async def _stream(
        self, row: type[Row], sql: Query, values: dict[str, Any]
    ) -> AsyncGenerator[Row, None]:
        text, literals = _as_sql(sql)
        name = f"stream_{id(text)}"
        async with self.connection.cursor(name, row_factory=_factory(row)) as cursor:
            cursor.itersize = _ROWS_A_FETCH
            await cursor.execute(text, literals | values)
            async for each in cursor:
                yield each

    async def copy_in(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Loads rows into a temporary table: COPY is refused where row security is forced."""
        statement = SQL("copy {} ({}) from stdin").format(
            Identifier(table), SQL(", ").join(map(Identifier, columns))
        )
        async with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for each in rows:
                await copy.write_row(each)

    async def as_tenant(self, tenant_id: UUID) -> "Transaction":
        """The same transaction, seeing another tenant from here on."""
        await self.connection.execute(_SWITCH, (str(tenant_id),))
        return replace(self, caller=self.caller.for_tenant(tenant_id))

    async def moment(self) -> datetime:
        """The virtual moment of this call, for decisions taken after a wait for a lock."""
        cursor = self.connection.cursor(row_factory=scalar_row)
        real = await (await cursor.execute(_MOMENT)).fetchone()
        return self.clock.virtual(cast(datetime, real))

    async def _run(self, row: type[Row], sql: Query, values: dict[str, Any]) -> AsyncCursor[Row]:
        text, literals = _as_sql(sql)
        cursor = self.connection.cursor(row_factory=_factory(row))
        return await cursor.execute(text, literals | values)


@dataclass(frozen=True, slots=True)
class Database:
    """A context's connections, lent for one transaction at a time."""

    pool: AsyncConnectionPool[AsyncConnection[Any]]
    url: str
    encode: Encode
    clock: Clock
    long_readings: asyncio.Semaphore

    @staticmethod
    @asynccontextmanager
    async def open(
        url: str, encode: Encode, clock: Clock, *, max_size: int = 10
    ) -> AsyncIterator["Database"]:
        """Opens the pool; waits for the database for as long as it takes to lend a connection."""
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=max_size,
            timeout=5,
            reconnect_timeout=_PATIENCE,
            open=False,
            configure=_configure,
            kwargs={"options": "-c plan_cache_mode=force_custom_plan -c timezone=UTC"},
        )
        async with pool:
            some = asyncio.Semaphore(max(1, max_size // 3))
            yield Database(pool, url, encode, clock, some)

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Transaction]:
        """Commits, or rolls back on any error; row security shows the caller's tenant only."""
        left = deadline.left()
        begin = {
            "tenant": _tenant(caller),
            "left": None if left is None else f"{max(1, round(left * 1000))}ms",
        }
        with _driver_errors_as_refusals():
            async with self._lent() as connection, AsyncExitStack() as streams:
                cursor = await connection.cursor(row_factory=dict_row).execute(_BEGIN, begin)
                row = cast(dict[str, Any], await cursor.fetchone())
                now = self.clock.virtual(row["moment"])
                yield Transaction(caller, now, self.encode, self.clock, connection, streams)

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection of the pool; one that turns out to be lost has the others looked at.

        They were lost together, and each would fail whoever is lent it next.
        """
        async with self.pool.connection() as connection:
            try:
                yield connection
            except OperationalError:
                if connection.broken:
                    await self.pool.check()
                raise

    @asynccontextmanager
    async def long_reading(self, caller: Caller) -> AsyncIterator[Transaction]:
        """A transaction that lasts as long as a client takes to read what is streamed to it.

        A third of the connections at most are lent so: clients that do not read can't
        take them all.
        """
        async with self.long_readings, self.transaction(caller) as tx:
            yield tx

    @asynccontextmanager
    async def across_tenants(self) -> AsyncIterator[Transaction]:
        """A read-only transaction of the role that sees a few columns of every tenant."""
        with _driver_errors_as_refusals():
            async with self._lent() as connection, AsyncExitStack() as streams:
                await connection.execute(_ACROSS)
                nobody, now = Caller.service(None), self.clock.now()
                yield Transaction(nobody, now, self.encode, self.clock, connection, streams)

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """What is notified on a channel, on a connection of its own; ends when it is lost."""
        with _driver_errors_as_refusals():
            async with await AsyncConnection.connect(self.url, autocommit=True) as connection:
                await connection.execute(SQL("listen {}").format(Identifier(channel)))
                yield ""
                async for notice in connection.notifies():
                    yield notice.payload


async def _configure(connection: AsyncConnection[Any]) -> None:
    """Lets dictionaries travel as jsonb."""
    connection.adapters.register_dumper(dict, JsonbDumper)


def _as_sql(sql: Query) -> Sql:
    return sql if isinstance(sql, Sql) else compiled(sql)


def _factory(row: type[Any]) -> Any:
    return dict_row if row is dict else class_row(row)


def _tenant(caller: Caller) -> str:
    return str(caller.tenant_id) if isinstance(caller.tenant_id, UUID) else ""


class _driver_errors_as_refusals:  # noqa: N801 - reads as a function
    """Turns what the driver raises into refusals; everything else passes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _BUSY):
            raise errors.busy() from error
        if isinstance(error, QueryCanceled):
            raise errors.too_late() from error
        if isinstance(error, OperationalError | PoolTimeout):
            raise errors.unavailable("database") from error
