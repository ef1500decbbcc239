"""What campaigns keeps of the groups context."""

from services.campaigns.domain.permissions import GroupView
from services.campaigns.store import learned
from services.chassis.db import Transaction


async def tenant(tx: Transaction, timezone: str, *, medical: bool) -> None:
    """The tenant's zone decides when people may be called."""
    await learned.keep_profile(tx, timezone, medical=medical)


async def group(tx: Transaction, view: GroupView) -> None:
    """Who sees a group sees its campaigns."""
    await learned.keep_group_view(tx, view)
