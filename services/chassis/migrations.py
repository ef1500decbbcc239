"""Brings a context's schema up to date; gives revisions the words for tenant tables."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, pool, text

from services.chassis import tables

TENANT = "nullif(current_setting('app.tenant_id', true), '')::uuid"
# Behind a subquery the planner expects an average tenant, whichever it is (ADR 0011).
_IS_OURS = f"tenant_id = (select {TENANT})"
_POLICY = f"using ({_IS_OURS}) with check ({_IS_OURS})"
_ALL = "select, insert, update, delete"


def migrate(url: str, schema: str, scripts: Path) -> None:
    """Applies every missing revision as the schema's owner."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes.update(url=url, schema=schema)
    command.upgrade(config, "head")


def run() -> None:
    """What every context's `env.py` does: one transaction, the version kept in the schema."""
    config = context.config
    schema = config.attributes["schema"]
    url = config.attributes["url"].replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("set local lock_timeout = '5s'"))
        context.configure(connection=connection, version_table_schema=schema)
        with context.begin_transaction():
            context.run_migrations()


@dataclass(frozen=True, slots=True)
class Schema:
    """A context's schema, with the roles of the same name."""

    name: str

    def tenant_table(self, table: str, grants: str = _ALL) -> None:
        """Forces row security with the one equality policy and grants the login role its use."""
        op.execute(f"alter table {self.name}.{table} enable row level security")
        op.execute(f"alter table {self.name}.{table} force row level security")
        op.execute(f"create policy tenant on {self.name}.{table} {_POLICY}")
        self.grant(table, grants)

    def renew_tenant_policies(self) -> None:
        """Gives the tables of earlier revisions the policy as it is now."""
        found = text(
            "select tablename from pg_policies where schemaname = :schema and policyname = 'tenant'"
        )
        for table in op.get_bind().scalars(found, {"schema": self.name}).all():
            op.execute(f"alter policy tenant on {self.name}.{table} {_POLICY}")

    def grant(self, table: str, grants: str = _ALL) -> None:
        """Lets the login role use a table."""
        op.execute(f"grant {grants} on {self.name}.{table} to {self.name}")

    def across(self, table: str, columns: str) -> None:
        """Lets the role that crosses tenants read some columns of every tenant."""
        op.execute(
            f"create policy across on {self.name}.{table} "
            f"for select to {self.name}_across using (true)"
        )
        op.execute(f"grant select ({columns}) on {self.name}.{table} to {self.name}_across")

    def chassis_tables(self) -> None:
        """Makes the tables that every context has, with their rules."""
        bind = op.get_bind()
        for table in tables.metadata.sorted_tables:
            table.to_metadata(MetaData(), schema=self.name).create(bind)
        op.execute(f"create index on {self.name}.outbox (xid, id)")
        op.execute(f"create index on {self.name}.requests (stored_at)")
        self.tenant_table("outbox", "select, insert")
        self.across("outbox", "tenant_id, id, xid, event_id, at, type, payload")
        self.tenant_table("requests")
        self.tenant_table("parked_events")
        self.across("parked_events", "tenant_id, source")
        self.grant("feed_positions")

    def backfill(self, table: str, statement: str, expected: int) -> None:
        """Runs an UPDATE over every tenant; row security hides all rows from the owner else."""
        name = f"{self.name}.{table}"
        op.execute(f"alter table {name} no force row level security")
        touched = op.get_bind().execute(text(statement)).rowcount
        op.execute(f"alter table {name} force row level security")
        if touched != expected:
            raise ValueError(f"back-fill of {name} touched {touched} rows, not {expected}")
