"""Who may do what in the database: roles, their memberships and their grants."""

import psycopg
import pytest

from tests.service.catalogue import ask, tables
from tests.support.databases import CONTEXTS, Databases


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
        select r.rolname, n.nspname, c.relname, g.privilege_type
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        cross join aclexplode(c.relacl) g join pg_roles r on r.oid = g.grantee
        where r.rolname in {CONTEXTS}
        """,
    )
    kinds = {kind for *_, kind in granted}

    assert roles == [(name, False, False, False, False) for name in sorted(CONTEXTS)]
    assert owned == []
    assert {(role, schema) for role, schema, *_ in granted} == {(name, name) for name in CONTEXTS}
    assert kinds == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_services_are_members_of_what_they_cross_with_and_of_nothing_else(
    databases: Databases,
) -> None:
    """A member of the owner's role could lift row security."""
    found = ask(
        databases,
        """
        select m.rolname, g.rolname, inherit_option, set_option, a.admin_option
        from pg_auth_members a join pg_roles m on m.oid = a.member
        join pg_roles g on g.oid = a.roleid where m.rolname !~ '^(pg_|vio_|postgres)'
        """,
    )

    across = {(name, f"{name}_across", False, True, False) for name in CONTEXTS}
    assert set(found) == across | {("groups_owner", "groups_search", False, True, False)}


def test_those_who_cross_tenants_read_the_listed_columns_only(databases: Databases) -> None:
    """Ruling 4: enough to find the tenant, and not a word about anybody."""
    across = tuple(f"{name}_across" for name in CONTEXTS)
    found = ask(
        databases,
        f"""
        select n.nspname || '.' || c.relname, g.privilege_type,
               string_agg(a.attname, ' ' order by a.attname)
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        cross join aclexplode(a.attacl) g join pg_roles r on r.oid = g.grantee
        where r.rolname in {across} group by 1, 2
        """,
    )
    whole = ask(
        databases,
        f"""
        select c.relname from pg_class c cross join aclexplode(c.relacl) g
        join pg_roles r on r.oid = g.grantee where r.rolname in {across}
        """,
    )

    outbox = "at event_id id payload tenant_id type xid"
    wanted = {
        "campaigns.campaigns": "id state tenant_id",
        "campaigns.attempts": "id provider_call_id tenant_id",
        **{f"{name}.outbox": outbox for name in CONTEXTS},
        **{f"{name}.parked_events": "source tenant_id" for name in CONTEXTS},
        **{f"{name}.tenants": "tenant_id" for name in CONTEXTS},
    }
    assert {(name, columns) for name, _, columns in found} == set(wanted.items())
    assert {kind for _, kind, _ in found} == {"SELECT"}
    assert whole == []


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_context_reads_nothing_of_another(databases: Databases, context: str) -> None:
    for name in tables(databases, with_tenant=True):
        if not name.startswith(f"{context}."):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ask(databases, f"select 1 from {name}", context)
