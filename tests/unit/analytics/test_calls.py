"""What counts as a call, what as an answer."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.analytics.domain.calls import Attempt, counted
from services.analytics.domain.facts import Gathered, Mood
from tests.unit.analytics.builders import NINE

ATTEMPT = Attempt(
    id=UUID(int=1),
    contact_id=UUID(int=2),
    version=1,
    number=1,
    dialled_at=NINE,
    ended_at=NINE + timedelta(minutes=1),
    outcome="answered",
    appointment_action="confirmed",
    duration_seconds=40,
    sentiment="positive",
)


@pytest.mark.parametrize(
    ("outcome", "is_call", "is_answer"),
    [
        ("answered", True, True),
        ("opted_out", True, True),
        ("callback", True, True),
        ("silent", True, False),
        ("voicemail", True, False),
        ("ivr", True, False),
        ("no_answer", True, False),
        ("busy", True, False),
        ("declined", True, False),
        ("invalid_number", True, False),
        ("blocked", True, False),
        ("provider_error", True, False),
        ("stopped", True, True),
        ("unknown", True, False),
        ("", True, False),
        ("capacity", False, False),
        ("account_fatal", False, False),
    ],
)
def test_each_outcome_counts_as_it_should(outcome: str, is_call: bool, is_answer: bool) -> None:
    """A-07: a voicemail is not answered; what the provider never took is no call."""
    call = counted(replace(ATTEMPT, outcome=outcome))

    assert (call.counts, call.answered) == (is_call, is_answer)


def test_a_call_that_was_stopped_before_anybody_picked_up_is_not_answered() -> None:
    call = counted(replace(ATTEMPT, outcome="stopped", duration_seconds=None))

    assert (call.counts, call.answered) == (True, False)


def test_an_attempt_that_was_never_dialled_is_no_call() -> None:
    call = counted(replace(ATTEMPT, dialled_at=None))

    assert (call.counts, call.answered, call.duration_seconds) == (False, False, None)


def test_only_an_answer_confirms_cancels_or_has_a_mood() -> None:
    call = counted(replace(ATTEMPT, outcome="voicemail"))

    assert (call.confirmed, call.cancelled, call.mood) == (False, False, Mood.UNTOLD)
    assert counted(ATTEMPT).confirmed
    assert counted(replace(ATTEMPT, appointment_action="cancelled")).cancelled
    assert counted(ATTEMPT).mood is Mood.POSITIVE


def test_only_attempts_after_the_first_are_retries() -> None:
    assert not counted(ATTEMPT).is_retry
    assert counted(replace(ATTEMPT, number=2)).is_retry


def test_the_highest_version_of_a_batch_counts() -> None:
    older, newer = counted(ATTEMPT), counted(replace(ATTEMPT, version=2, outcome="voicemail"))

    assert Gathered.of([newer, older]).calls == {ATTEMPT.id: newer}
    assert Gathered.of([older, newer]).calls == {ATTEMPT.id: newer}
