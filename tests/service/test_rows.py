"""What the database keeps apart, table by table: each holds a row of two tenants here (P21)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.service.catalogue import WITHOUT_TENANT, tables
from tests.support.databases import CONTEXTS, Databases

OURS, THEIRS = uuid4(), uuid4()
CHANGES = (
    "update {} set tenant_id = tenant_id where tenant_id = %s",
    "delete from {} where tenant_id = %s",
)
#: What a column that has to hold something holds, by its type.
VALUES = {
    "uuid": "gen_random_uuid()",
    "uuid[]": "'{}'",
    "text[]": "'{}'",
    "timestamp with time zone": "now()",
    "boolean": "false",
    "jsonb": "'{}'",
    "bytea": "''",
    "text": "'planted'",
    "date": "current_date",
}
CHECKS = """
select conrelid::regclass::text, conname from pg_constraint
where contype in ('c', 'f') and conrelid = any(%s::regclass[])
"""
NEEDED = """
select quote_ident(attname), format_type(atttypid, null) from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
  and attnotnull and not atthasdef and attidentity = '' and attname <> 'tenant_id'
"""
Acting = Callable[..., AbstractContextManager[psycopg.Connection[Any]]]


@pytest.fixture(scope="module")
def acting(databases: Databases) -> Acting:
    """Connects to a database in which every table of tenants holds a row of both."""
    scratch = databases.another("vio_planted_rows")
    with psycopg.connect(scratch.url("postgres")) as connection:
        names = _names(scratch, "")
        for name, check in connection.execute(CHECKS, (names,)).fetchall():
            connection.execute(f"alter table {name} drop constraint if exists {check} cascade")
        for name in names:
            for tenant in (OURS, THEIRS):
                _plant(connection, name, tenant)
    return partial(_acting, scratch)


@pytest.fixture
def names(databases: Databases, context: str) -> list[str]:
    return _names(databases, context)


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_table_has_a_row_that_its_own_tenant_sees_and_may_change_where_granted(
    acting: Acting, context: str, names: list[str]
) -> None:
    """The control."""
    with acting("vio_backup") as keeper, acting(context, THEIRS) as owner:
        there = {name: _count(keeper, name) for name in names}
        seen = {name: _count(owner, name) for name in names}
        changed = [_touched(owner, change, name) for change in CHANGES for name in names]

    assert there == dict.fromkeys(names, 1)
    assert seen == there
    assert any(changed)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("tenant", [OURS, None], ids=["another", "none"])
def test_no_table_shows_or_changes_a_row_of_another_tenant(
    acting: Acting, context: str, tenant: UUID | None, names: list[str]
) -> None:
    with acting(context, tenant) as stranger:
        seen = {name: _count(stranger, name) for name in names}
        changed = {
            (change, name): _touched(stranger, change, name) for change in CHANGES for name in names
        }

    assert seen == dict.fromkeys(names, 0)
    assert changed == dict.fromkeys(changed, 0)


def test_a_planted_hole_shows_and_yields_the_other_tenants_row(acting: Acting) -> None:
    """Against the check itself."""
    with acting("postgres", OURS) as connection:
        connection.execute("create policy hole on groups.contacts using (true)")
        connection.execute("set local role groups")
        found = _count(connection, "groups.contacts")
        changed = _touched(connection, CHANGES[0], "groups.contacts")

    assert (found, changed) == (1, 1)


@contextmanager
def _acting(
    databases: Databases, role: str, tenant: UUID | None = None
) -> Iterator[psycopg.Connection[Any]]:
    """A role with a tenant set; nothing of what it does stays."""
    with psycopg.connect(databases.url(role)) as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", (str(tenant or ""),))
        yield connection
        connection.rollback()


def _names(databases: Databases, context: str) -> list[str]:
    """The tables that hold rows of tenants."""
    found = set(tables(databases, with_tenant=True)) - WITHOUT_TENANT
    return sorted(name for name in found if name.startswith(context))


def _plant(connection: psycopg.Connection[Any], name: str, tenant: UUID) -> None:
    """The least that the table takes for a row."""
    needed = connection.execute(NEEDED, (name,)).fetchall()
    columns = "".join(f", {column}" for column, _ in needed)
    values = "".join(f", {VALUES.get(kind, '1')}" for _, kind in needed)
    connection.execute(f"insert into {name} (tenant_id{columns}) values ('{tenant}'{values})")


def _count(connection: psycopg.Connection[Any], name: str) -> int:
    rows = connection.execute(f"select from {name} where tenant_id = %s", (THEIRS,))
    return rows.rowcount


def _touched(connection: psycopg.Connection[Any], change: str, name: str) -> int:
    """How many rows a change reaches before it is taken back; none where it is not granted."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(change.format(name), (THEIRS,)).rowcount
    except InsufficientPrivilege:
        return 0
