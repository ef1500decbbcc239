"""Moves a campaign by the dispatcher's own rules, and tells others of it."""

from uuid import UUID

import structlog

from services.campaigns.store import campaigns, live
from services.campaigns.usecases import announcing
from services.chassis.db import Transaction


async def hold(tx: Transaction, campaign_id: UUID, reason: str) -> None:
    """Pauses a campaign that dials, for a reason that a person has to look at."""
    if await live.hold(tx, campaign_id, reason):
        await moved(tx, campaign_id)
        structlog.get_logger().error("campaign held", campaign_id=str(campaign_id), reason=reason)


async def moved(tx: Transaction, campaign_id: UUID) -> None:
    """Tells other contexts where the campaign stands now."""
    if (campaign := await campaigns.find(tx, campaign_id)) is not None:
        await announcing.announce(tx, campaign)
