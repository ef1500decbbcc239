"""Domain events as the payloads that travel."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from services.campaigns.domain.events import (
    AttemptEnded,
    CampaignChanged,
    SuppressionAdded,
    SuppressionRemoved,
)
from vio.campaigns.v1 import campaign_pb2, events_pb2


def campaign_changed(event: CampaignChanged) -> events_pb2.CampaignChanged:
    message = events_pb2.CampaignChanged(
        campaign_id=str(event.campaign_id),
        group_id=str(event.group_id) if event.group_id else None,
        state=campaign_pb2.CampaignState.Value(f"CAMPAIGN_STATE_{event.state.upper()}"),
        total_contacts=event.total_contacts,
        initiated_by=str(event.initiated_by),
    )
    message.created_at.FromDatetime(event.created_at)
    _stamp(message.completed_at, event.completed_at)
    return message


def attempt_ended(event: AttemptEnded) -> events_pb2.AttemptEnded:
    action = f"APPOINTMENT_ACTION_{event.appointment_action.upper()}"
    mood = f"SENTIMENT_{event.sentiment.upper()}" if event.sentiment else "SENTIMENT_UNSPECIFIED"
    message = events_pb2.AttemptEnded(
        attempt_id=str(event.attempt_id),
        campaign_id=str(event.campaign_id),
        group_id=str(event.group_id) if event.group_id else None,
        contact_id=str(event.contact_id),
        outcome=campaign_pb2.Outcome.Value(f"OUTCOME_{event.outcome.upper()}"),
        reason=event.reason,
        appointment_action=campaign_pb2.AppointmentAction.Value(action),
        duration_seconds=event.duration_seconds,
        version=event.version,
        attempt_no=event.attempt_no,
        sentiment=campaign_pb2.Sentiment.Value(mood),
        counts=event.counts,
        answered=event.answered,
    )
    message.dialled_at.FromDatetime(event.dialled_at)
    message.ended_at.FromDatetime(event.ended_at)
    return message


def suppression_added(event: SuppressionAdded) -> events_pb2.SuppressionAdded:
    return events_pb2.SuppressionAdded(phone=event.phone)


def suppression_removed(event: SuppressionRemoved) -> events_pb2.SuppressionRemoved:
    return events_pb2.SuppressionRemoved(phone=event.phone)


_ENCODERS: dict[type, Callable[[Any], Message]] = {
    CampaignChanged: campaign_changed,
    AttemptEnded: attempt_ended,
    SuppressionAdded: suppression_added,
    SuppressionRemoved: suppression_removed,
}


def encode(event: object) -> tuple[str, bytes]:
    """The type and the bytes of an event's message."""
    message = _ENCODERS[type(event)](event)
    return f"type.googleapis.com/{message.DESCRIPTOR.full_name}", message.SerializeToString()


def _stamp(field: Any, moment: datetime | None) -> None:
    if moment is not None:
        field.FromDatetime(moment)
