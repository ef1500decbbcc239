"""What a call decided about an appointment, and the status that people had left."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table groups.calls add column ended_at timestamptz, "
        "add column decided text, add column replaced text, "
        "add check ((decided is null) = (replaced is null)), "
        "add check (decided is null or ended_at is not null)"
    )
