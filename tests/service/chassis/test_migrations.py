"""What revisions do to tables of tenants, as the schema's owner, who sees no row else."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, text

from services.chassis.migrations import Schema
from tests.support.databases import Databases

SCHEMA = Schema("groups")
MAKE = """
create table groups.planted (
    tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid,
    note text
)
"""
FILL = "update groups.planted set note = 'filled' where note is null"


@pytest.fixture(scope="module")
def migrated(databases: Databases) -> Databases:
    """A database with one table more, which has a row of each of two tenants."""
    scratch = databases.another("vio_planted_backfill")
    with _revision(scratch) as connection:
        connection.execute(text(MAKE))
        SCHEMA.tenant_table("planted")
    for tenant in (uuid4(), uuid4()):
        with psycopg.connect(scratch.url("groups")) as service:
            service.execute("select set_config('app.tenant_id', %s, true)", (str(tenant),))
            service.execute("insert into planted default values")
    return scratch


def test_the_owner_alone_reaches_no_row(migrated: Databases) -> None:
    """The control: why there are back-fills."""
    with psycopg.connect(migrated.url("groups_owner")) as owner:
        assert owner.execute(FILL).rowcount == 0


def test_a_back_fill_that_touches_another_number_of_rows_undoes_its_revision(
    migrated: Databases,
) -> None:
    with (
        pytest.raises(ValueError, match=r"groups.planted touched 2 rows, not 3"),
        _revision(migrated),
    ):
        SCHEMA.backfill("planted", FILL, expected=3)

    assert _notes(migrated) == [None, None]
    assert _is_forced(migrated)


def test_a_back_fill_changes_rows_of_every_tenant_and_leaves_row_security_forced(
    migrated: Databases,
) -> None:
    with _revision(migrated):
        SCHEMA.backfill("planted", FILL, expected=2)

    assert _notes(migrated) == ["filled", "filled"]
    assert _is_forced(migrated)


def test_a_policy_of_an_earlier_revision_is_renewed(migrated: Databases) -> None:
    """A database that was in use gets what a new one has (ADR 0011)."""
    with _revision(migrated) as connection:
        connection.execute(text("alter policy tenant on groups.planted using (false)"))
    before = _policies(migrated)

    with _revision(migrated):
        SCHEMA.renew_tenant_policies()

    assert len(before) == 2
    assert len(_policies(migrated)) == 1


@contextmanager
def _revision(databases: Databases) -> Iterator[Connection]:
    """One transaction of the owner, in which `op` works."""
    url = databases.url("groups_owner").replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, poolclass=NullPool)
    with (
        engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        yield connection


def _notes(databases: Databases) -> list[str | None]:
    with psycopg.connect(databases.url("vio_backup")) as keeper:
        return [note for (note,) in keeper.execute("select note from groups.planted")]


def _policies(databases: Databases) -> set[str]:
    """The different rules by which the context's tables know whose a row is."""
    with psycopg.connect(databases.url("vio_backup")) as keeper:
        found = keeper.execute(
            "select qual from pg_policies where schemaname = 'groups' and policyname = 'tenant'"
        )
        return {rule for (rule,) in found}


def _is_forced(databases: Databases) -> bool:
    with psycopg.connect(databases.url("vio_backup")) as keeper:
        found = keeper.execute(
            "select relforcerowsecurity from pg_class where oid = 'groups.planted'::regclass"
        ).fetchone()
    return found == (True,)
