"""Tells other contexts that a campaign moved."""

from services.campaigns.domain.campaigns import Campaign
from services.campaigns.domain.events import CampaignChanged
from services.chassis import outbox
from services.chassis.db import Transaction


async def announce(tx: Transaction, campaign: Campaign) -> None:
    """Appends the event of a campaign as it is now."""
    await outbox.append(
        tx,
        CampaignChanged(
            campaign_id=campaign.id,
            group_id=campaign.group_id,
            state=campaign.state.value,
            total_contacts=campaign.total_contacts,
            created_at=campaign.created_at,
            completed_at=campaign.completed_at,
            initiated_by=campaign.initiated_by,
        ),
    )
