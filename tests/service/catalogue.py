"""Reads the catalogue of a migrated database."""

from typing import Any
from uuid import UUID

import psycopg

from tests.support.databases import CONTEXTS, Databases

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
