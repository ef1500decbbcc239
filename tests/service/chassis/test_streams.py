"""Rows that are read one by one, and what becomes of those that nobody reads to the end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from services.chassis import db as sql
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from tests.support.databases import Databases
from tests.support.feeds import encode

NUMBERS = sql.compiled(text("select generate_series(1, 2000) as number"))


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    """A pool of one connection, which every transaction takes over from the one before."""
    url = databases.url("groups")
    async with Database.open(url, encode, Clock.real_time(), max_size=1) as opened:
        yield opened


async def test_a_stream_that_was_left_takes_no_rows_from_the_next(db: Database) -> None:
    async with db.transaction(Caller.service(None)) as tx:
        left = tx.stream(dict, NUMBERS)
        await anext(left)

    async with db.transaction(Caller.service(None)) as tx:
        rows = tx.stream(dict, NUMBERS)
        seen = [await anext(rows)]
        await left.aclose()  # type: ignore[attr-defined]
        seen += [each async for each in rows]

    assert [each["number"] for each in seen] == list(range(1, 2001))


async def test_readers_that_do_not_read_leave_connections_to_others(databases: Databases) -> None:
    url, nobody = databases.url("groups"), Caller.service(None)
    over = asyncio.Event()
    async with Database.open(url, encode, Clock.real_time(), max_size=3) as db:

        async def dawdle() -> None:
            async with db.long_reading(nobody) as tx:
                await anext(tx.stream(dict, NUMBERS))
                await over.wait()

        async with asyncio.TaskGroup() as readers:
            for _ in range(5):
                readers.create_task(dawdle())
            await asyncio.sleep(0.1)
            async with asyncio.timeout(10), db.transaction(nobody) as tx:
                found = await tx.fetch_value(NUMBERS)
            over.set()

    assert found == 1
