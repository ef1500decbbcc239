"""A call to a contact as campaigns announces it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.groups.domain.appointments import AppointmentStatus


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt that ended; the highest version of an attempt counts.

    `decided` is what the person said about the appointment, None if nothing that
    changes it.
    """

    attempt_id: UUID
    contact_id: UUID
    version: int
    dialled_at: datetime
    ended_at: datetime
    answered: bool
    decided: AppointmentStatus | None = None
