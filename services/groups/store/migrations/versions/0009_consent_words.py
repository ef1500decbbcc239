"""Consents speak of known channels and purposes; what was recorded before stays."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table groups.consents "
        "add constraint consents_channel "
        "check (channel in ('voice', 'sms', 'email')) not valid, "
        "add constraint consents_purpose "
        "check (purpose in ('appointments', 'marketing')) not valid"
    )
