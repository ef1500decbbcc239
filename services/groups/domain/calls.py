"""How the outcome of an attempt counts: what is a call, an answer, a decision."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.groups.domain.appointments import AppointmentStatus

# The provider refused these: no phone rang.
NEVER_TAKEN = frozenset({"capacity", "account_fatal"})

# A person was on the line, also one who asked for another time or for no calls at all.
ANSWERED = frozenset({"answered", "opted_out", "callback"})

_DECISIONS = {
    "confirmed": AppointmentStatus.CONFIRMED,
    "cancelled": AppointmentStatus.CANCELLED,
    "rescheduled": AppointmentStatus.RESCHEDULED,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as campaigns announce it, in their words."""

    id: UUID
    contact_id: UUID
    version: int
    dialled_at: datetime | None
    ended_at: datetime
    outcome: str
    appointment_action: str = ""
    duration_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What of an attempt concerns its contact; the highest version of an attempt counts.

    `decided` is what the person said about the appointment, None if nothing that
    changes it.
    """

    attempt_id: UUID
    contact_id: UUID
    version: int
    at: datetime
    ended_at: datetime
    counts: bool
    answered: bool
    decided: AppointmentStatus | None = None


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


def counted(attempt: Attempt) -> Call:
    """What of the attempt enters the contact's facts: a voicemail decides nothing."""
    counts = attempt.dialled_at is not None and attempt.outcome not in NEVER_TAKEN
    answered = counts and _reached(attempt)
    return Call(
        attempt_id=attempt.id,
        contact_id=attempt.contact_id,
        version=attempt.version,
        at=attempt.dialled_at or attempt.ended_at,
        ended_at=attempt.ended_at,
        counts=counts,
        answered=answered,
        decided=_DECISIONS.get(attempt.appointment_action) if answered else None,
    )


def _reached(attempt: Attempt) -> bool:
    """Whether a person was on the line; a call that we stopped was one if it had connected."""
    stopped_while_talking = attempt.outcome == "stopped" and attempt.duration_seconds is not None
    return attempt.outcome in ANSWERED or stopped_while_talking
