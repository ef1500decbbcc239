"""Campaigns as a caller may see them."""

from uuid import UUID

from services.campaigns.domain import errors, permissions
from services.campaigns.domain.campaigns import Campaign
from services.campaigns.store import campaigns, learned
from services.chassis.db import Transaction


async def seen(tx: Transaction, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """The campaign; one of a hidden group is refused like one that does not exist."""
    find = campaigns.lock if lock else campaigns.find
    campaign = await find(tx, campaign_id)
    if campaign is None or not await _is_visible(tx, campaign):
        raise errors.no_campaign()
    return campaign


async def _is_visible(tx: Transaction, campaign: Campaign) -> bool:
    caller = tx.caller
    if caller.is_admin or caller.is_machine:
        return True
    if campaign.group_id is None:
        return False
    return permissions.sees(caller, await learned.group_view(tx, campaign.group_id))
