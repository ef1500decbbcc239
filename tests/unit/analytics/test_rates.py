"""Percents, and how sure one can be of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.rates import Interval, per, percent, wilson


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, 33.33), (2, 3, 66.67), (0, 5, 0.0), (5, 5, 100.0), (3, 2, 150.0), (0, 0, None)],
)
def test_a_percent_has_two_decimals_and_is_absent_without_a_whole(
    part: int, whole: int, expected: float | None
) -> None:
    """A-10."""
    assert percent(part, whole) == expected


def test_an_average_is_absent_without_a_count() -> None:
    assert per(100, 3, digits=1) == 33.3
    assert per(0, 0, digits=1) is None


@pytest.mark.parametrize(
    ("part", "whole", "lower", "upper"),
    [(8, 10, 49.02, 94.33), (0, 10, 0.0, 27.75), (10, 10, 72.25, 100.0), (400, 500, 76.27, 83.27)],
)
def test_the_wilson_interval_has_its_published_bounds(
    part: int, whole: int, lower: float, upper: float
) -> None:
    interval = wilson(part, whole)

    assert (round(interval.lower, 2), round(interval.upper, 2)) == (lower, upper)


def test_without_observations_anything_is_possible() -> None:
    assert wilson(0, 0) == Interval(0.0, 100.0)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_interval_holds_the_rate(part: int, whole: int) -> None:
    part = min(part, whole)
    interval = wilson(part, whole)

    assert 0 <= interval.lower <= 100 * part / whole + 1e-9
    assert 100 * part / whole - 1e-9 <= interval.upper <= 100
