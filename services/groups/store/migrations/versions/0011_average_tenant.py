"""The planner expects an average tenant, also of one that came after its last look."""

from services.chassis.migrations import Schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    Schema("groups").renew_tenant_policies()
