"""Appointments lie in years that every reader of a contact knows."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table groups.contacts add constraint contacts_appointment_time check "
        "(appointment_time >= '1900-01-01T00:00Z' and appointment_time < '2200-01-01T00:00Z')"
    )
