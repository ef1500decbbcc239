"""What the campaigns context announces, as facts."""

from datetime import UTC
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed

from services.analytics.domain.facts import Call, Fact, Mood
from services.chassis.feed import wire
from vio.campaigns.v1 import campaign_pb2, events_pb2


def fact(payload: Packed) -> Fact | None:
    """None for kinds of events that don't concern figures."""
    if not payload.Is(events_pb2.AttemptEnded.DESCRIPTOR):
        return None
    return _call(events_pb2.AttemptEnded.FromString(payload.value))


def _call(event: events_pb2.AttemptEnded) -> Call:
    """Appointments and moods count for answered calls only: a voicemail confirms nothing."""
    action, has_duration = event.appointment_action, event.HasField("duration_seconds")
    mood = wire.word(campaign_pb2.Sentiment, event.sentiment, "SENTIMENT_")
    return Call(
        attempt_id=UUID(event.attempt_id),
        contact_id=UUID(event.contact_id),
        version=event.version,
        dialled_at=event.dialled_at.ToDatetime(UTC),
        counts=event.counts,
        answered=event.answered,
        confirmed=event.answered and action == campaign_pb2.APPOINTMENT_ACTION_CONFIRMED,
        cancelled=event.answered and action == campaign_pb2.APPOINTMENT_ACTION_CANCELLED,
        is_retry=event.counts and event.attempt_no > 1,
        duration_seconds=event.duration_seconds if has_duration else None,
        mood=Mood(mood) if event.answered else Mood.UNTOLD,
    )
