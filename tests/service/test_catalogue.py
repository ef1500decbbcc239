"""What the database itself guarantees, read from its catalogue after all migrations."""

import psycopg
import pytest

from tests.service.catalogue import WITHOUT_TENANT, ask, tables
from tests.support.databases import CONTEXTS, Databases

TENANT = (
    "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), "
    "''::text))::uuid AS \"nullif\"))"
)
CROSSED = {
    *(f"{context}.outbox" for context in CONTEXTS),
    *(f"{context}.parked_events" for context in CONTEXTS),
    "campaigns.campaigns",
    "campaigns.attempts",
}
SEARCHED = {"groups.contacts"}
DEFINERS = {"groups.search_contacts"}


def test_only_the_listed_tables_have_no_rows_of_tenants(databases: Databases) -> None:
    open_to_all = {name for name in tables(databases, with_tenant=True) if name in WITHOUT_TENANT}

    assert {*tables(databases, with_tenant=False), *open_to_all} == WITHOUT_TENANT


def unsecured(databases: Databases) -> list[str]:
    """What is wrong with the row security of tables."""
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

    listed = {(name, "across") for name in CROSSED} | {(name, "search") for name in SEARCHED}
    return [
        *(f"{name}: not forced" for name in secured - {name for (name,) in forced}),
        *(f"{name}: {kind}" for name, kind in others ^ listed),
        *(f"{name}: policy" for name in secured if tenant.get(name) != ("ALL", TENANT, TENANT)),
    ]


def test_every_tenants_table_forces_row_security_by_the_one_policy(databases: Databases) -> None:
    assert not unsecured(databases)


@pytest.mark.parametrize(
    ("name", "planted", "seen"),
    [
        (
            "table",
            "create table groups.planted (tenant_id uuid)",
            {"groups.planted: not forced", "groups.planted: policy"},
        ),
        (
            "owner",
            "alter table groups.contacts no force row level security",
            {"groups.contacts: not forced"},
        ),
        (
            "policy",
            "create policy more on groups.audit for select using (true)",
            {"groups.audit: more"},
        ),
        (
            "lax",
            "alter policy tenant on groups.audit with check (true)",
            {"groups.audit: policy"},
        ),
    ],
)
def test_a_planted_hole_is_seen(
    databases: Databases, name: str, planted: str, seen: set[str]
) -> None:
    """Against the check itself: a table, a table's owner, one policy more, a lax one."""
    scratch = databases.another(f"vio_planted_{name}")
    with psycopg.connect(scratch.url("groups_owner")) as owner:
        owner.execute(planted)

    assert set(unsecured(scratch)) == seen


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


def test_functions_have_a_fixed_path_and_are_not_said_to_be_leakproof(
    databases: Databases,
) -> None:
    found = ask(
        databases,
        f"""
        select n.nspname || '.' || p.proname, p.proconfig, p.proleakproof from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace where n.nspname in {CONTEXTS}
        """,
    )

    assert {name for name, *_ in found} >= DEFINERS
    for name, settings, leakproof in found:
        assert any(each.startswith("search_path=") for each in settings or ()), name
        assert not leakproof, name


def test_views_see_what_their_reader_sees(databases: Databases) -> None:
    """Materialised ones can't; a view runs as its owner unless it says otherwise."""
    found = ask(
        databases,
        f"""
        select c.relname, c.relkind, c.reloptions from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('v', 'm') and n.nspname in {CONTEXTS}
        """,
    )

    assert [name for name, kind, options in found if kind == "m"] == []
    assert [name for name, _, options in found if "security_invoker=true" not in options] == []


def test_every_key_and_every_reference_begins_with_the_tenant(databases: Databases) -> None:
    """Keys and references ignore row security: without the tenant they tell what exists."""
    secured = set(tables(databases, with_tenant=True)) - WITHOUT_TENANT
    keys = ask(
        databases,
        """
        select indrelid::regclass::text, indexrelid::regclass::text, a.attname from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indisunique
        """,
    )
    references = ask(
        databases,
        """
        select conrelid::regclass::text, conname, a.attname, b.attname from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
        where contype = 'f'
        """,
    )

    ours = [(key, first) for table, key, first in keys if table in secured]
    assert {first for _, first in ours} == {"tenant_id"}, ours
    assert {each[2:] for each in references} == {("tenant_id", "tenant_id")}, references


def test_the_server_keeps_what_it_confirmed_and_is_new_enough(databases: Databases) -> None:
    """Later than the releases in which policies leaked (CVE-2024-10976, CVE-2025-8713)."""
    ((version, fsync, commit, full_page),) = ask(
        databases,
        "select current_setting('server_version_num')::int, current_setting('fsync'), "
        "current_setting('synchronous_commit'), current_setting('full_page_writes')",
    )

    assert version >= 170_006 or 160_010 <= version < 170_000
    assert (fsync, commit, full_page) == ("on", "on", "on")
