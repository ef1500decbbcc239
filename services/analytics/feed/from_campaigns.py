"""What the campaigns context announces, as facts."""

from datetime import UTC
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed

from services.analytics.domain.calls import Attempt, counted
from services.analytics.domain.facts import Fact
from services.chassis.feed import wire
from vio.campaigns.v1 import campaign_pb2, events_pb2


def fact(payload: Packed) -> Fact | None:
    """None for kinds of events that don't concern figures."""
    if not payload.Is(events_pb2.AttemptEnded.DESCRIPTOR):
        return None
    return counted(_attempt(events_pb2.AttemptEnded.FromString(payload.value)))


def _attempt(event: events_pb2.AttemptEnded) -> Attempt:
    has_duration = event.HasField("duration_seconds")
    return Attempt(
        id=UUID(event.attempt_id),
        contact_id=UUID(event.contact_id),
        version=event.version,
        number=event.attempt_no,
        dialled_at=wire.moment(event, "dialled_at"),
        ended_at=event.ended_at.ToDatetime(UTC),
        outcome=wire.word(campaign_pb2.Outcome, event.outcome, "OUTCOME_"),
        appointment_action=wire.word(
            campaign_pb2.AppointmentAction, event.appointment_action, "APPOINTMENT_ACTION_"
        ),
        duration_seconds=event.duration_seconds if has_duration else None,
        sentiment=wire.word(campaign_pb2.Sentiment, event.sentiment, "SENTIMENT_"),
    )
