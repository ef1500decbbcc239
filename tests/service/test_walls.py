"""What stands behind the catalogue's promises: row security under the traps of section 5."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text

from services.chassis import errors as refusals
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.groups.feed.encoding import encode
from tests.service.groups.contacts import Contacts
from tests.support.databases import CONTEXTS, Databases

ROOT = Path(__file__).parents[2]
_OUR_SETTING = "select current_setting('app.tenant_id', true)"
_PHONE = "insert into suppressed_phones (phone) values ('+12125550100')"
_SEEN = text("select distinct tenant_id from suppressed_phones")


@asynccontextmanager
async def narrow(databases: Databases) -> AsyncIterator[Database]:
    """The groups context with a single connection, lent to everybody in turn."""
    url = databases.url("groups")
    async with Database.open(url, encode, Clock.real_time(), max_size=1) as db:
        yield db


def as_tenant(databases: Databases, tenant_id: UUID) -> psycopg.Connection:
    """A connection of the groups context, inside a transaction of a tenant."""
    connection = psycopg.connect(databases.url("groups"))
    connection.execute("select set_config('app.tenant_id', %s, true)", (str(tenant_id),))
    return connection


def test_a_transaction_that_names_no_tenant_sees_nobody(databases: Databases) -> None:
    """At first the setting is null, and after a transaction that had one it is empty."""
    with as_tenant(databases, new_id()) as connection:
        connection.execute(_PHONE)
    fresh = psycopg.connect(databases.url("groups"))

    with fresh as connection:
        never_set = connection.execute(_OUR_SETTING).fetchone()
        seen_at_first = connection.execute("select 1 from suppressed_phones").fetchall()
        connection.commit()
        connection.execute("select set_config('app.tenant_id', %s, true)", (str(new_id()),))
        connection.commit()
        reverted = connection.execute(_OUR_SETTING).fetchone()
        seen_afterwards = connection.execute("select 1 from suppressed_phones").fetchall()
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(_PHONE)
        connection.rollback()

    assert (never_set, reverted) == ((None,), ("",))
    assert (seen_at_first, seen_afterwards) == ([], [])


async def test_a_connection_carries_no_tenant_to_the_next(databases: Databases) -> None:
    """Two tenants 1,000 times in turn on one connection, some of them failing in every way."""
    tenants = (Caller.service(new_id()), Caller.service(new_id()))
    async with narrow(databases) as db:
        for each in tenants:
            async with db.transaction(each) as tx:
                await tx.execute(text(_PHONE))
        for number in range(1000):
            who = tenants[number % 2]
            with suppress(ZeroDivisionError, refusals.Refusal, TimeoutError):
                await _disturbed(db, who, number)
            async with db.pool.connection() as connection:
                stray = await (
                    await connection.execute("select 1 from suppressed_phones")
                ).fetchall()
            async with db.transaction(who) as tx:
                seen = await tx.fetch_values(_SEEN)

            assert (stray, seen) == ([], [who.tenant_id]), number


async def _disturbed(db: Database, who: Caller, number: int) -> None:
    """A transaction that ends in one of the ways in which transactions end."""
    async with db.transaction(who) as tx:
        assert await tx.fetch_values(_SEEN) == [who.tenant_id]
        match number % 20:
            case 1:
                raise ZeroDivisionError
            case 2:
                await tx.execute(text("set local statement_timeout = '1ms'"))
                await tx.execute(text("select pg_sleep(1)"))
            case 3:
                async with asyncio.timeout(0.002):
                    await tx.execute(text("select pg_sleep(1)"))


def test_nobody_writes_rows_for_another_tenant(databases: Databases) -> None:
    with as_tenant(databases, new_id()) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(
                "insert into suppressed_phones (tenant_id, phone) values (%s, '+12125550100')",
                (new_id(),),
            )
        connection.rollback()


async def test_references_to_another_tenants_rows_fail_like_those_to_none(
    databases: Databases,
) -> None:
    theirs, ours = Caller.service(new_id()), new_id()
    async with narrow(databases) as db:
        contact_id = await Contacts(db, theirs).one("Theirs")
        async with db.transaction(theirs) as tx:
            number = await tx.fetch_value(
                text("select contact_no from contacts where id = :id"), id=contact_id
            )
    failures = []
    for each in (number, -1):
        with as_tenant(databases, ours) as connection:
            with pytest.raises(errors.ForeignKeyViolation) as failure:
                connection.execute(
                    "insert into visits (contact_no, at, status) values (%s, now(), 'x')", (each,)
                )
            failures.append(str(failure.value).replace(str(each), "<asked>"))
            connection.rollback()

    assert failures[0] == failures[1]


async def test_another_tenants_row_is_no_conflict(databases: Databases) -> None:
    """The tenant is in every key: the same id is free, and free again to nobody twice."""
    first, second = new_id(), new_id()
    again = f"{_PHONE} on conflict do nothing"

    touched = []
    for tenant in (first, second, second):
        with as_tenant(databases, tenant) as connection:
            touched.append(connection.execute(again).rowcount)

    assert touched == [1, 1, 0]


async def test_a_condition_is_not_tried_on_rows_of_others(databases: Databases) -> None:
    """An error would tell that the row is there."""
    theirs = Caller.service(new_id())
    async with narrow(databases) as db:
        await Contacts(db, theirs).one("Canary")
    probe = "select 1 from contacts where 1 / (case when name = 'Canary' then 0 else 1 end) = 1"
    assert theirs.tenant_id

    with as_tenant(databases, new_id()) as connection:
        assert connection.execute(probe).fetchall() == []
    with as_tenant(databases, theirs.tenant_id) as connection:
        with pytest.raises(errors.DivisionByZero):
            connection.execute(probe)
        connection.rollback()


async def test_search_walks_its_index_behind_the_wall(databases: Databases) -> None:
    """Ruling 4: as the role that searches, among 10,000 contacts of one tenant."""
    who = Caller.service(new_id())
    async with narrow(databases) as db:
        await Contacts(db, who).bulk(10_000)
    with psycopg.connect(databases.url("groups_owner"), autocommit=True) as owner:
        owner.execute("vacuum analyze groups.contacts")
        owner.execute("set role groups_search")
        plan = owner.execute(
            "explain select contact_no from groups.contacts "
            f"where tenant_id = '{who.tenant_id}' and search_text like '%04711%'"
        ).fetchall()

    assert "contacts_tenant_id_search_text_idx" in str(plan), plan


def test_no_source_sets_a_tenant_for_longer_than_a_transaction() -> None:
    """`set_config(.., true)` and `set local` end with it; everything else outlives it."""
    lasting = re.compile(r"set_config\([^)]*,\s*false|\bset\s+(session\s+)?(app\.|role)", re.I)
    sources = {path: path.read_text() for path in ROOT.glob("services/**/*.py")}

    assert {path: found for path, code in sources.items() if (found := lasting.findall(code))} == {}
    assert lasting.search("set app.tenant_id = 'x'")
    assert lasting.search("select set_config('app.tenant_id', %s, false)")


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_statement_names_another_contexts_schema(context: str) -> None:
    """Design 3: splitting the database is a matter of configuration."""
    others = "|".join(each for each in CONTEXTS if each != context)
    names = re.compile(rf"\b(?:from|join|into|update|table|references|on)\s+(?:{others})\.\w", re.I)
    sources = (ROOT / "services" / context / "store").rglob("*.py")
    code = {
        path: "\n".join(
            line
            for line in path.read_text().splitlines()
            if not line.startswith(("from", "import"))
        )
        for path in sources
    }

    assert {path: found for path, text in code.items() if (found := names.findall(text))} == {}
    assert names.search(f"select 1 from {others.partition('|')[0]}.outbox")
