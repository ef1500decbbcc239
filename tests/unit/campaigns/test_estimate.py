"""A forecast is the limiter run ahead."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from services.campaigns.domain.estimate import crowds, forecast
from services.campaigns.domain.hours import CallingHours, Whereabouts, ZoneSource
from services.campaigns.domain.pacing import FOREVER, Limiter

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
HOURS = CallingHours("America/New_York")
HERE = Whereabouts(("America/New_York",), ZoneSource.CONTACT)
_opening = CallingHours.opening
NOWHERE = Whereabouts((), ZoneSource.UNKNOWN)


def test_a_hundred_people_take_about_three_quarters_of_an_hour() -> None:
    """C-14, C-15."""
    found = forecast(Limiter(), crowds(HOURS, [HERE] * 100), NINE)

    assert found is not None
    assert (found.starts_at, found.batches) == (NINE, 20)
    assert found.finish_p50 - NINE == timedelta(minutes=47, seconds=3)
    assert found.finish_worst == found.finish_p50


def test_at_night_everything_moves_to_the_morning() -> None:
    night = datetime(2026, 9, 15, 4, tzinfo=UTC)

    found = forecast(Limiter(), crowds(HOURS, [HERE] * 6), night)

    assert found is not None
    assert found.starts_at == datetime(2026, 9, 15, 12, tzinfo=UTC)
    assert found.finish_p50 == found.starts_at + timedelta(seconds=30)


def test_the_worst_case_lets_everybody_else_go_first() -> None:
    found = forecast(Limiter(), crowds(HOURS, [HERE] * 25), NINE, others=25)

    assert found is not None
    assert found.finish_p50 - NINE == timedelta(minutes=2)
    assert found.finish_worst - NINE == timedelta(minutes=17, seconds=1)


def test_calls_that_are_being_placed_are_counted_as_answered_now() -> None:
    found = forecast(Limiter(leaving=(FOREVER,) * 25), crowds(HOURS, [HERE]), NINE)

    assert found is not None
    assert found.starts_at == NINE + timedelta(minutes=15)


def test_nobody_to_call_has_no_forecast() -> None:
    assert forecast(Limiter(), crowds(HOURS, [NOWHERE] * 3), NINE) is None


def test_openings_are_looked_up_once_a_day_and_place_not_once_a_batch() -> None:
    """A launch waits for its forecast, and everybody else for the launch."""
    zones = ("America/New_York", "America/Denver", "Pacific/Honolulu", "Europe/London")
    people = [Whereabouts((zone,), ZoneSource.CONTACT) for zone in zones for _ in range(250)]

    with patch.object(CallingHours, "opening", autospec=True, side_effect=_opening) as looked:
        found = forecast(Limiter(), crowds(HOURS, people), NINE, others=4_000)

    assert found is not None
    assert found.batches >= 200
    assert looked.call_count < 100
