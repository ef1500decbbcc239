"""The planner expects an average tenant, also of one that came after its last look."""

from services.chassis.migrations import Schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    Schema("campaigns").renew_tenant_policies()
