"""What the database itself guarantees, read from its catalogue after all migrations."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.support.databases import CONTEXTS, Databases

TENANT = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)"
WITHOUT_TENANT = {
    "groups.tenants",
    "campaigns.tenants",
    "analytics.tenants",
    "campaigns.unmatched_webhooks",
    *(
        f"{context}.{name}"
        for context in CONTEXTS
        for name in ("feed_positions", "alembic_version")
    ),
}
CROSSED = {
    *(f"{context}.outbox" for context in CONTEXTS),
    *(f"{context}.parked_events" for context in CONTEXTS),
    "campaigns.campaigns",
    "campaigns.attempts",
}
SEARCHED = {"groups.contacts"}
DEFINERS = {"groups.search_contacts"}


def ask(
    databases: Databases, sql: str, role: str = "vio_backup", tenant: UUID | None = None
) -> Any:
    """The rows of a statement, as a role, in a tenant if one is given."""
    with psycopg.connect(databases.url(role)) as connection:
        setting = str(tenant) if tenant else ""
        connection.execute("select set_config('app.tenant_id', %s, true)", (setting,))
        return connection.execute(sql).fetchall()


def tables(databases: Databases, *, with_tenant: bool) -> list[str]:
    found = ask(
        databases,
        f"""
        select n.nspname || '.' || c.relname from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in {CONTEXTS}
          and {"" if with_tenant else "not"} exists (
            select from pg_attribute a
            where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
        order by 1
        """,
    )
    return [name for (name,) in found]


def test_only_the_listed_tables_have_no_rows_of_tenants(databases: Databases) -> None:
    open_to_all = {name for name in tables(databases, with_tenant=True) if name in WITHOUT_TENANT}

    assert {*tables(databases, with_tenant=False), *open_to_all} == WITHOUT_TENANT


def test_every_tenants_table_forces_row_security_by_the_one_policy(databases: Databases) -> None:
    secured = set(tables(databases, with_tenant=True)) - WITHOUT_TENANT
    forced = ask(
        databases,
        """
        select n.nspname || '.' || c.relname from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relrowsecurity and c.relforcerowsecurity
        """,
    )
    policies = ask(
        databases,
        "select schemaname || '.' || tablename, policyname, cmd, qual, with_check from pg_policies",
    )
    tenant = {
        name: (cmd, qual, check) for name, kind, cmd, qual, check in policies if kind == "tenant"
    }
    others = {(name, kind) for name, kind, *_ in policies if kind != "tenant"}

    assert {name for (name,) in forced} == secured
    assert tenant == dict.fromkeys(secured, ("ALL", TENANT, TENANT))
    assert others == {(name, "across") for name in CROSSED} | {
        (name, "search") for name in SEARCHED
    }


def test_the_roles_of_services_own_nothing_and_pass_no_policy(databases: Databases) -> None:
    roles = ask(
        databases,
        f"""
        select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles
        where rolname in {CONTEXTS} order by rolname
        """,
    )
    owned = ask(
        databases,
        f"""
        select c.relname from pg_class c join pg_roles r on r.oid = c.relowner
        where r.rolname in {CONTEXTS}
        """,
    )
    granted = ask(
        databases,
        f"""
        select grantee, table_schema, privilege_type from information_schema.role_table_grants
        where grantee in {CONTEXTS}
          and (table_schema <> grantee or privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER'))
          and table_schema not in ('pg_catalog', 'information_schema')
        """,
    )

    assert roles == [(name, False, False, False, False) for name in sorted(CONTEXTS)]
    assert (owned, granted) == ([], [])


def test_only_the_listed_functions_run_as_somebody_else(databases: Databases) -> None:
    found = ask(
        databases,
        f"""
        select n.nspname || '.' || p.proname from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname in {CONTEXTS}
        """,
    )

    assert {name for (name,) in found} == DEFINERS


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_table_shows_or_changes_a_row_of_another_tenant(
    databases: Databases, context: str
) -> None:
    """Rows of all tenants that tests have left in this database are behind the wall."""
    theirs, ours = uuid4(), uuid4()
    with psycopg.connect(databases.url(context)) as connection:
        connection.execute("select set_config('app.tenant_id', %s, true)", (str(theirs),))
        connection.execute(
            "insert into outbox (event_id, at, type, payload) "
            "values (gen_random_uuid(), now(), 'planted', '')"
        )
    names = [
        name
        for name in tables(databases, with_tenant=True)
        if name.startswith(f"{context}.") and name not in WITHOUT_TENANT
    ]

    seen = {name: ask(databases, f"select count(*) from {name}", context, ours) for name in names}
    unset = {name: ask(databases, f"select count(*) from {name}", context) for name in names}

    assert set(names) == {name for name, rows in seen.items() if rows == [(0,)]}
    assert set(names) == {name for name, rows in unset.items() if rows == [(0,)]}
    assert ask(
        databases, "select count(*) from outbox where type = 'planted'", context, theirs
    ) == [(1,)]
