"""Sums of a period as the rollups give them: integers only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls to people who were in the group then."""

    total: int = 0
    answered: int = 0
    confirmed: int = 0
    cancelled: int = 0
    retries: int = 0
    with_duration: int = 0
    seconds: int = 0
    positive: int = 0
    negative: int = 0
    with_mood: int = 0


@dataclass(frozen=True, slots=True)
class People:
    """Different people who were called, and who answered at least once."""

    called: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Members:
    """The present members: how many, with an appointment, called in the period."""

    total: int = 0
    with_appointment: int = 0
    contacted: int = 0

    @property
    def never_called(self) -> int:
        return self.total - self.contacted


@dataclass(frozen=True, slots=True)
class Appointments:
    """Present members whose appointment lies in the period, by what became of it."""

    total: int = 0
    confirmed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything about one group in one period."""

    calls: Calls
    people: People
    members: Members
    appointments: Appointments
    statuses: Mapping[str, int]
    last_call_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The tenant's calls, each once; some count for no group, some for several."""

    total: int = 0
    answered: int = 0
    confirmed: int = 0
    in_no_group: int = 0
    in_several: int = 0
