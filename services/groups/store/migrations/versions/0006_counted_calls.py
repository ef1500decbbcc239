"""Attempts that the provider never took are known, and don't count."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table groups.calls add column counts boolean not null default true")
