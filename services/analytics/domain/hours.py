"""When people answer: the hours of the week in the tenant's zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.analytics.domain.definitions import MINIMUM_CALLS
from services.analytics.domain.rates import percent, wilson


@dataclass(frozen=True, slots=True)
class Hour:
    """The calls of an hour that began at a moment."""

    at: datetime
    calls: int
    answered: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The calls of an hour of the week; Monday is 1."""

    weekday: int
    hour: int
    calls: int
    answered: int

    @property
    def is_sufficient(self) -> bool:
        return self.calls >= MINIMUM_CALLS

    @property
    def answer_rate(self) -> float | None:
        """Answered calls over calls; None while the calls are too few to tell (A-15)."""
        return percent(self.answered, self.calls) if self.is_sufficient else None


def heat_map(hours: Iterable[Hour], zone: ZoneInfo) -> Sequence[Cell]:
    """The hours of the week in which there were calls, in order."""
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    for hour in hours:
        local = hour.at.astimezone(zone)
        key = (local.isoweekday(), local.hour)
        calls, answered = sums.get(key, (0, 0))
        sums[key] = (calls + hour.calls, answered + hour.answered)
    return [Cell(*key, *sums[key]) for key in sorted(sums)]


def best(cells: Iterable[Cell]) -> Cell | None:
    """The hour whose answer rate is the highest even in doubt; None while none can tell."""
    enough = [cell for cell in cells if cell.is_sufficient]
    return max(enough, key=lambda cell: wilson(cell.answered, cell.calls).lower, default=None)
