"""The provider's words about a call, right and wrong ones."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.campaigns.domain.calls import End, Known
from services.campaigns.domain.outcomes import AppointmentAction, Outcome, Sentiment
from services.campaigns.telephony.reports import report

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
MS = round(NINE.timestamp() * 1000)
ENDED: dict[str, Any] = {
    "call_id": "call_1",
    "call_type": "phone_call",
    "call_status": "ended",
    "start_timestamp": MS,
    "end_timestamp": MS + 61_000,
    "duration_ms": 61_000,
    "disconnection_reason": "agent_hangup",
    "metadata": {"attempt_id": str(UUID(int=7)), "tenant_id": str(UUID(int=8))},
}
ANALYSIS = {
    "in_voicemail": False,
    "user_sentiment": "Positive",
    "custom_analysis_data": {"appointment_action": "confirmed"},
}


def known(call: dict[str, Any], **more: Any) -> Known:
    found = report(call, NINE, **more)
    assert found is not None
    return found.known


def test_an_ended_call_tells_its_end_and_whose_it_was() -> None:
    found = report(ENDED, NINE)

    assert found is not None
    assert (found.attempt_id, found.tenant_id) == (UUID(int=7), UUID(int=8))
    assert found.known.end == End("agent_hangup", NINE + timedelta(seconds=61), 61)
    assert not found.known.is_final


def test_an_analyzed_call_tells_what_was_said() -> None:
    """C-28."""
    facts = known(ENDED | {"call_analysis": ANALYSIS})

    assert facts.is_final
    assert (facts.action, facts.sentiment) == (AppointmentAction.CONFIRMED, Sentiment.POSITIVE)


def test_an_announced_analysis_that_is_empty_still_ends_the_wait() -> None:
    assert known(ENDED, analyzed=True).is_final


def test_a_ringing_call_has_no_end() -> None:
    facts = known({"call_id": "call_1", "call_status": "registered"})

    assert (facts.end, facts.outcome, facts.answered_at) == (None, None, NINE)


def test_an_end_without_a_reason_is_unknown_not_answered() -> None:
    facts = known({"call_id": "call_1", "call_status": "not_connected"})

    assert facts.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "odd",
    [
        {"start_timestamp": "yesterday"},
        {"start_timestamp": -5},
        {"duration_ms": float("inf")},
        {"end_timestamp": 10**30},
        {"metadata": "none"},
        {"metadata": {"attempt_id": 7, "tenant_id": "not an id"}},
        {"call_analysis": ["?"]},
        {"call_analysis": {"custom_analysis_data": {"appointment_action": "dance"}}},
        {"call_analysis": {"user_sentiment": None, "in_voicemail": "perhaps"}},
        {"disconnection_reason": {"a": 1}},
        {"disconnection_reason": "nul\x00"},
    ],
)
def test_a_field_that_makes_no_sense_is_as_good_as_absent(odd: dict[str, Any]) -> None:
    assert known(ENDED | odd).call_id == "call_1"


@pytest.mark.parametrize("call_id", [None, "", 5, "x" * 201, "a\x00b"])
def test_a_call_without_a_usable_id_is_no_call(call_id: object) -> None:
    assert report(ENDED | {"call_id": call_id}, NINE) is None


@pytest.mark.parametrize("duration", [1e13, 4e12, 10**40])
def test_a_call_lasts_a_day_at_most(duration: float) -> None:
    """What is kept fits where it is kept."""
    found = known(ENDED | {"duration_ms": duration})

    assert found.end is not None
    assert found.end.seconds <= 86_400


def test_a_moment_that_leaves_no_room_for_what_follows_is_not_believed() -> None:
    found = known(ENDED | {"start_timestamp": 253_402_300_798_998, "end_timestamp": 10**40})

    assert found.end == End("agent_hangup", NINE, 61)
    assert found.answered_at == NINE
