"""Periods, growth and hours, in the tenant's days."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.analytics.domain import hours, periods
from services.analytics.domain.growth import Day, GrowthDay, curve
from services.analytics.domain.hours import Cell, Hour
from services.analytics.domain.periods import Period
from services.chassis.errors import Invalid

NEW_YORK = ZoneInfo("America/New_York")


def test_a_period_is_whole_days_of_the_tenant_and_ends_today() -> None:
    """A-30: at three in the morning UTC it is still yesterday in New York."""
    period = Period.ending(datetime(2026, 9, 15, 3, tzinfo=UTC), NEW_YORK, 7)

    assert (period.first, period.last) == (date(2026, 9, 8), date(2026, 9, 14))
    assert len(period.each_day()) == 7
    assert (period.in_words, period.as_key) == ("7 days", "last_7_days")


@pytest.mark.parametrize(("asked", "days"), [(0, 30), (7, 7), (30, 30), (90, 90), (365, 365)])
def test_the_length_is_one_of_four_and_usually_thirty_days(asked: int, days: int) -> None:
    assert periods.chosen(asked) == days


@pytest.mark.parametrize("days", [-7, 1, 31, 366])
def test_any_other_length_is_refused(days: int) -> None:
    with pytest.raises(Invalid) as refused:
        periods.chosen(days)

    assert refused.value.reason == "INVALID_PERIOD"


def test_growth_goes_on_from_the_size_before_the_period() -> None:
    period = Period(3, date(2026, 9, 13), date(2026, 9, 15))
    days = {date(2026, 9, 13): Day(joined=5), date(2026, 9, 15): Day(joined=1, left=2)}

    assert curve(period, 10, days) == [
        GrowthDay(date(2026, 9, 13), 15, 5, 0),
        GrowthDay(date(2026, 9, 14), 15, 0, 0),
        GrowthDay(date(2026, 9, 15), 14, 1, 2),
    ]


def test_the_heat_map_adds_up_the_same_hours_of_the_week() -> None:
    """A-15: in the tenant's zone."""
    tuesday_nine = datetime(2026, 9, 15, 13, tzinfo=UTC)
    a_week_before = datetime(2026, 9, 8, 13, tzinfo=UTC)
    monday_late = datetime(2026, 9, 15, 3, tzinfo=UTC)

    cells = hours.heat_map(
        [Hour(tuesday_nine, 4, 1), Hour(a_week_before, 2, 2), Hour(monday_late, 1, 0)], NEW_YORK
    )

    assert cells == [Cell(1, 23, 1, 0), Cell(2, 9, 6, 3)]


def test_a_cell_with_few_calls_tells_no_rate() -> None:
    assert Cell(1, 9, 19, 19).answer_rate is None
    assert Cell(1, 9, 20, 5).answer_rate == 25.0


def test_the_best_hour_is_the_one_that_is_best_even_in_doubt() -> None:
    lucky, proven, few = Cell(1, 9, 20, 16), Cell(2, 10, 400, 316), Cell(3, 9, 5, 5)

    assert hours.best([lucky, proven, few]) is proven


def test_without_enough_calls_no_hour_is_best() -> None:
    assert hours.best([Cell(3, 9, 5, 5)]) is None
