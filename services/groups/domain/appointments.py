"""Where an appointment stands, and the spans of days in which appointments are looked for."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class AppointmentStatus(StrEnum):
    """Where an appointment stands."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


_OVER = frozenset({AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW})


class AppointmentDay(StrEnum):
    """A span of the tenant's days."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    NEXT_7_DAYS = "next_7_days"


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment until before another; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment of the past."""

    at: datetime
    type: str | None
    status: AppointmentStatus


def untold(time: datetime | None) -> AppointmentStatus:
    """Where an appointment stands of which only the time is known."""
    return AppointmentStatus.PENDING if time else AppointmentStatus.UNKNOWN


def is_past(time: datetime, status: AppointmentStatus, now: datetime) -> bool:
    """Whether an appointment is over, be it before its time."""
    return time <= now or status in _OVER


def span(day: AppointmentDay, now: datetime, zone: ZoneInfo) -> Span:
    """The moments of the tenant's days; the next seven begin now."""
    today = now.astimezone(zone).date()

    def midnight(days: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time.min, zone)

    match day:
        case AppointmentDay.TODAY:
            return Span(midnight(0), midnight(1))
        case AppointmentDay.TOMORROW:
            return Span(midnight(1), midnight(2))
        case AppointmentDay.NEXT_7_DAYS:
            return Span(now, midnight(8))
