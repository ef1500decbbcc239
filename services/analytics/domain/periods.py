"""Periods: whole days in the tenant's zone, the last of which is today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.analytics.domain import errors

CHOICES = (7, 30, 90, 365)
USUAL = 30


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included."""

    days: int
    first: date
    last: date

    @staticmethod
    def ending(now: datetime, zone: ZoneInfo, days: int) -> "Period":
        """The period of so many days that ends now; today is its last day."""
        today = now.astimezone(zone).date()
        return Period(days, today - timedelta(days=days - 1), today)

    def each_day(self) -> list[date]:
        """Every day, oldest first."""
        return [self.first + timedelta(days=number) for number in range(self.days)]

    @property
    def in_words(self) -> str:
        return f"{self.days} days"

    @property
    def as_key(self) -> str:
        return f"last_{self.days}_days"


def chosen(days: int) -> int:
    """The length asked for; zero stands for the usual one."""
    if days == 0:
        return USUAL
    if days not in CHOICES:
        raise errors.period_unknown(CHOICES)
    return days
