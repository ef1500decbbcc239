"""Imports keep the names of their files' columns, so that rejected rows can be mended."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table groups.imports add column columns text[] not null default '{}'")
