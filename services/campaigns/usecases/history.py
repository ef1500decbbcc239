"""The events that make up everything the context tells others."""

from collections.abc import AsyncIterator

from services.campaigns.domain import calls
from services.campaigns.domain.events import AttemptEnded, CampaignChanged, SuppressionAdded
from services.campaigns.store import past
from services.campaigns.store.past import PastAttempt
from services.campaigns.usecases.calls import announcement
from services.chassis.db import Transaction


async def list_history(tx: Transaction) -> AsyncIterator[object]:
    """Suppressions, campaigns, then every attempt that came to its end."""
    async for phone in past.suppressions(tx):
        yield SuppressionAdded(phone)
    async for campaign in past.campaigns(tx):
        yield CampaignChanged(
            campaign_id=campaign.id,
            group_id=campaign.group_id,
            state=campaign.state,
            total_contacts=campaign.total_contacts,
            created_at=campaign.created_at,
            completed_at=campaign.completed_at,
            initiated_by=campaign.initiated_by,
        )
    async for past_attempt in past.attempts(tx):
        if (event := _ended(past_attempt)) is not None:
            yield event


def _ended(past_attempt: PastAttempt) -> AttemptEnded | None:
    attempt, known = past_attempt.attempt, past_attempt.attempt.known
    told = calls.result(known)
    if told is None:
        return None
    return announcement(attempt, past_attempt.group_id, known, told, attempt.version)
