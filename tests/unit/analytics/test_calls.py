"""What of an announced attempt enters the figures."""

from typing import Any
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.timestamp_pb2 import Timestamp

from services.analytics.domain.facts import Call, Gathered, Mood
from services.analytics.feed import from_campaigns
from tests.unit.analytics.builders import NINE
from vio.campaigns.v1 import campaign_pb2
from vio.campaigns.v1.events_pb2 import AttemptEnded, SuppressionAdded


def packed(message: Any) -> Packed:
    payload = Packed()
    payload.Pack(message)
    return payload


def call(**told: Any) -> Call:
    """A confirmation by phone, announced with a difference."""
    at = Timestamp()
    at.FromDatetime(NINE)
    usual: dict[str, Any] = {
        "attempt_id": str(UUID(int=1)),
        "contact_id": str(UUID(int=2)),
        "version": 1,
        "attempt_no": 1,
        "dialled_at": at,
        "ended_at": at,
        "counts": True,
        "answered": True,
        "appointment_action": campaign_pb2.APPOINTMENT_ACTION_CONFIRMED,
        "duration_seconds": 40,
        "sentiment": campaign_pb2.SENTIMENT_POSITIVE,
    }
    found = from_campaigns.fact(packed(AttemptEnded(**(usual | told))))
    assert isinstance(found, Call)
    return found


def test_an_answered_call_enters_with_what_was_said() -> None:
    found = call()

    assert (found.counts, found.answered, found.is_retry) == (True, True, False)
    assert (found.confirmed, found.cancelled, found.mood) == (True, False, Mood.POSITIVE)
    assert (found.dialled_at, found.duration_seconds) == (NINE, 40)
    assert call(appointment_action=campaign_pb2.APPOINTMENT_ACTION_CANCELLED).cancelled


def test_only_an_answer_confirms_cancels_or_has_a_mood() -> None:
    """A-07: a voicemail confirms nothing."""
    found = call(answered=False)

    assert (found.counts, found.answered) == (True, False)
    assert (found.confirmed, found.cancelled, found.mood) == (False, False, Mood.UNTOLD)


def test_a_call_that_nobody_picked_up_has_no_duration() -> None:
    assert call(duration_seconds=None).duration_seconds is None


def test_only_attempts_after_the_first_are_retries() -> None:
    assert call(attempt_no=2).is_retry
    assert not call(attempt_no=2, counts=False).is_retry


def test_other_announcements_do_not_concern_the_figures() -> None:
    assert from_campaigns.fact(packed(SuppressionAdded(phone="+12125550140"))) is None


def test_the_highest_version_of_a_batch_counts() -> None:
    older, newer = call(), call(version=2, answered=False)

    assert Gathered.of([newer, older]).calls == {newer.attempt_id: newer}
    assert Gathered.of([older, newer]).calls == {newer.attempt_id: newer}
