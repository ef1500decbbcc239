"""What is a call, an answer, a decision: as groups counts what campaigns announce."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.ids import new_id
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.calls import Attempt, counted

NINE = datetime(2030, 1, 1, 9, tzinfo=UTC)
ATTEMPT = Attempt(new_id(), new_id(), 1, NINE, NINE, "answered")


@pytest.mark.parametrize("outcome", ["capacity", "account_fatal"])
def test_an_attempt_that_the_provider_never_took_does_not_count(outcome: str) -> None:
    """Ruling 6: requeued, attempt not counted."""
    assert not counted(replace(ATTEMPT, outcome=outcome)).counts


def test_an_attempt_without_a_dial_does_not_count() -> None:
    call = counted(replace(ATTEMPT, dialled_at=None))

    assert (call.counts, call.answered, call.at) == (False, False, ATTEMPT.ended_at)


@pytest.mark.parametrize(
    ("outcome", "seconds", "answered"),
    [
        ("answered", 30, True),
        ("opted_out", 30, True),
        ("callback", 30, True),
        ("stopped", 5, True),
        ("stopped", None, False),
        ("voicemail", 30, False),
        ("no_answer", None, False),
        ("", None, False),
    ],
)
def test_a_call_is_answered_when_a_person_was_on_the_line(
    outcome: str, seconds: int | None, answered: bool
) -> None:
    call = counted(replace(ATTEMPT, outcome=outcome, duration_seconds=seconds))

    assert (call.counts, call.answered) == (True, answered)


@pytest.mark.parametrize(
    ("outcome", "action", "decided"),
    [
        ("answered", "confirmed", AppointmentStatus.CONFIRMED),
        ("callback", "rescheduled", AppointmentStatus.RESCHEDULED),
        ("opted_out", "cancelled", AppointmentStatus.CANCELLED),
        ("answered", "none", None),
        ("answered", "", None),
        ("voicemail", "confirmed", None),
        ("capacity", "cancelled", None),
    ],
)
def test_only_a_person_decides_about_the_appointment(
    outcome: str, action: str, decided: AppointmentStatus | None
) -> None:
    """X-10: a voicemail is never read as an answer."""
    call = counted(replace(ATTEMPT, outcome=outcome, appointment_action=action))

    assert call.decided is decided
