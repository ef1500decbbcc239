"""What of a call concerns its contact, and what the person decided in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.groups.domain.appointments import AppointmentStatus

_DECISIONS = {
    "confirmed": AppointmentStatus.CONFIRMED,
    "cancelled": AppointmentStatus.CANCELLED,
    "rescheduled": AppointmentStatus.RESCHEDULED,
}


@dataclass(frozen=True, slots=True)
class Call:
    """What of an attempt concerns its contact; the highest version of an attempt counts.

    `counts` is false for an attempt that the provider never took; `answered` says that
    a person was on the line, and `action` what they said about the appointment.
    """

    attempt_id: UUID
    contact_id: UUID
    version: int
    at: datetime
    ended_at: datetime
    counts: bool
    answered: bool
    action: str = ""

    @property
    def decided(self) -> AppointmentStatus | None:
        """What becomes of the appointment: only a person decides, never a voicemail."""
        return _DECISIONS.get(self.action) if self.answered else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an appointment stands: what the last call since people's edit decided, if one did."""

    status: AppointmentStatus
    decided: AppointmentStatus | None = None
    replaced: AppointmentStatus | None = None

    @property
    def left_by_people(self) -> AppointmentStatus:
        """The status without any call."""
        return self.replaced or self.status
