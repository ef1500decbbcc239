"""What the campaigns context announces."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.campaigns.domain.outcomes import AppointmentAction, Outcome, Sentiment


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """A call ended, or its outcome became better known: the highest version counts."""

    attempt_id: UUID
    campaign_id: UUID
    group_id: UUID | None
    contact_id: UUID
    dialled_at: datetime
    ended_at: datetime
    outcome: Outcome
    reason: str
    appointment_action: AppointmentAction
    duration_seconds: int | None
    version: int
    attempt_no: int
    sentiment: Sentiment | None
    counts: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class SuppressionAdded:
    """A number must not be called any more."""

    phone: str


@dataclass(frozen=True, slots=True)
class SuppressionRemoved:
    """A number may be called again."""

    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignChanged:
    """A campaign after its state changed."""

    campaign_id: UUID
    group_id: UUID | None
    state: str
    total_contacts: int
    created_at: datetime
    completed_at: datetime | None
    initiated_by: UUID
