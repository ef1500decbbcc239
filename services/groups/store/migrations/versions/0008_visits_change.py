"""A visit's status may be corrected until the next appointment is made."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("grant update on groups.visits to groups")
