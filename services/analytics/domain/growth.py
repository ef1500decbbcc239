"""How a group's membership grew and shrank, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.analytics.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Day:
    """Who joined and left on a day."""

    joined: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class GrowthDay:
    """A day of the curve; `members` is the size at its end."""

    date: date
    members: int
    joined: int
    left: int


def curve(period: Period, before: int, days: Mapping[date, Day]) -> Sequence[GrowthDay]:
    """The size after each day of the period, from the size `before` its first one."""
    size, points = before, []
    for day in period.each_day():
        moves = days.get(day, Day())
        size += moves.joined - moves.left
        points.append(GrowthDay(day, size, moves.joined, moves.left))
    return points
