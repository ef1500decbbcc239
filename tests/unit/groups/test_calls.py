"""What a person decided about an appointment in a call."""

from datetime import UTC, datetime

import pytest

from services.chassis.ids import new_id
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.calls import Call

NINE = datetime(2030, 1, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answered", "action", "decided"),
    [
        (True, "confirmed", AppointmentStatus.CONFIRMED),
        (True, "rescheduled", AppointmentStatus.RESCHEDULED),
        (True, "cancelled", AppointmentStatus.CANCELLED),
        (True, "none", None),
        (True, "", None),
        (False, "confirmed", None),
        (False, "cancelled", None),
    ],
)
def test_only_a_person_decides_about_the_appointment(
    answered: bool, action: str, decided: AppointmentStatus | None
) -> None:
    """X-10: a voicemail is never read as an answer."""
    call = Call(new_id(), new_id(), 1, NINE, NINE, True, answered, action)

    assert call.decided is decided
