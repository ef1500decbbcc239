"""Campaigns and their people as messages."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from services.campaigns.domain.campaigns import Campaign, Recipient
from services.campaigns.usecases.campaigns import Shown
from services.campaigns.usecases.watching import Step
from services.chassis import wire
from services.chassis.listing import Pagination
from vio.campaigns.v1 import campaign_pb2
from vio.campaigns.v1 import campaign_service_pb2 as pb

_NAMING: tuple[Literal["group_name", "campaign_name", "configuration"], ...] = (
    "group_name",
    "campaign_name",
    "configuration",
)


def campaign(shown: Shown) -> pb.Campaign:
    whole, window = shown.campaign, shown.window
    return pb.Campaign(
        campaign_id=str(whole.id),
        group_id=str(whole.group_id) if whole.group_id else None,
        group_name=whole.group_name,
        group_color=whole.group_color,
        campaign_name=whole.name,
        initiated_by=str(whole.initiated_by),
        call_type=wire.from_word(pb.CallTiming, whole.timing),
        status=whole.status,
        state=wire.from_word(campaign_pb2.CampaignState, whole.state),
        is_final=whole.state.is_final,
        total_contacts=whole.total_contacts,
        successful_calls=whole.successful_calls,
        failed_calls=whole.failed_calls,
        counts=pb.RecipientCounts(**{box.value: people for box, people in whole.counts.items()}),
        created_at=wire.from_moment(whole.created_at),
        started_at=wire.from_moment(whole.started_at),
        completed_at=wire.from_moment(whole.completed_at),
        estimated_completion=wire.from_moment(whole.estimated_completion),
        next_batch_at=wire.from_moment(whole.next_batch_at),
        blocking_reason=whole.blocking_reason,
        window=pb.CallWindow(
            used=window.used, limit=window.limit, frees_at=wire.from_moment(window.frees_at)
        ),
        allowed_actions=shown.allowed_actions,
        priority_level=wire.from_word(pb.PriorityLevel, whole.priority),
        version=whole.version,
        tenant_id=str(shown.tenant_id),
        configuration=_configuration(whole),
    )


def step(seen: Step | None) -> pb.WatchCampaignResponse:
    """A step of a campaign's course, without a name or a word of people; empty for none."""
    if seen is None:
        return pb.WatchCampaignResponse()
    progress = campaign(seen.shown)
    for field in _NAMING:
        progress.ClearField(field)
    return pb.WatchCampaignResponse(
        progress=progress, recipients=[recipient(row, {}) for row in seen.recipients]
    )


def recipient(row: Recipient, names: Mapping[UUID, str]) -> pb.Recipient:
    done = row.state == "done"
    return pb.Recipient(
        contact_id=str(row.contact_id),
        contact_name=names.get(row.contact_id),
        state=wire.from_word(pb.RecipientState, row.state),
        outcome=wire.from_word(campaign_pb2.Outcome, row.outcome),
        reason=row.reason,
        success=row.was_reached,
        session_id=str(row.session_id) if row.session_id else None,
        retell_call_id=row.provider_call_id,
        error=row.reason if done and not row.was_reached else None,
        attempts=row.attempts,
        duration_seconds=row.duration_seconds,
        appointment_action=wire.from_word(campaign_pb2.AppointmentAction, row.appointment_action),
        at=wire.from_moment(row.at),
    )


def _configuration(whole: Campaign) -> pb.CampaignConfiguration:
    return pb.CampaignConfiguration(
        custom_message_addition=whole.custom_message,
        expires_at=wire.from_moment(whole.expires_at),
    )


def pagination(page: Pagination) -> pb.CampaignPagination:
    return pb.CampaignPagination(
        current_page=page.current_page,
        page_size=page.page_size,
        total_pages=page.total_pages,
        total=page.total,
        next_page_token=page.next_page_token,
    )
