"""Imports tell whether they came to their end, and audit is found by operation."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table groups.imports add column finished_at timestamptz")
    op.execute(
        "create index audit_operation on groups.audit (tenant_id, operation_id, at) "
        "where operation_id is not null"
    )
