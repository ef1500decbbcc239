"""What happened in the last days is found without reading what happened before."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index calls_at on groups.calls (tenant_id, at, contact_no) where counts")
    op.execute(
        "create index audit_members on groups.audit (tenant_id, at, group_id) "
        "where action in ('member_added', 'member_removed')"
    )
