"""Shares of a whole: percent as people read them, and how sure one can be of them."""

from dataclasses import dataclass
from math import sqrt

# The two-sided 95 % quantile of the normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which percents a rate truly lies, with 95 % confidence."""

    lower: float
    upper: float


def ratio(part: int, whole: int) -> float | None:
    """In percent, unrounded; None where there is nothing to divide by."""
    return 100 * part / whole if whole > 0 else None


def percent(part: int, whole: int) -> float | None:
    """In percent with two decimals; None where there is nothing to divide by."""
    return rounded(ratio(part, whole), 2)


def per(amount: int, count: int, *, digits: int) -> float | None:
    """An amount for each of `count`; None where there is nothing to divide by."""
    return round(amount / count, digits) if count > 0 else None


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def wilson(part: int, whole: int) -> Interval:
    """The Wilson score interval in percent; without observations anything is possible."""
    if whole <= 0:
        return Interval(0.0, 100.0)
    share = min(part, whole) / whole
    scale = 1 + _Z**2 / whole
    middle = (share + _Z**2 / (2 * whole)) / scale
    margin = _Z / scale * sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    return Interval(100 * max(0.0, middle - margin), 100 * min(1.0, middle + margin))


def mean(*values: float) -> float:
    return sum(values) / len(values)
