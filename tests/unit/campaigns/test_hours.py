"""Calling hours: the tenant's week, the person's day, and the jumps of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.domain.hours import (
    CallingHours,
    Span,
    Whereabouts,
    ZoneSource,
    whereabouts,
    zones_of,
)

NEW_YORK, PHOENIX, LONDON = "America/New_York", "America/Phoenix", "Europe/London"
HOURS = CallingHours(NEW_YORK)
OFFICE = {day: (Span(time(9), time(12)), Span(time(13), time(17))) for day in range(5)}


def at(zone: str, *moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def in_zone(*zones: str) -> Whereabouts:
    return Whereabouts(zones, ZoneSource.CONTACT)


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"),
    [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False), (0, 0, False)],
)
def test_people_are_called_from_eight_to_nine_in_their_evening(
    hour: int, minute: int, is_open: bool
) -> None:
    """X-14."""
    assert HOURS.is_open(at(LONDON, 2026, 9, 15, hour, minute), in_zone(LONDON)) is is_open


def test_at_night_the_next_morning_is_the_next_moment() -> None:
    """C-06, W-07."""
    night = at(NEW_YORK, 2026, 9, 15, 23, 30)

    assert HOURS.open_from(night, in_zone(NEW_YORK)) == at(NEW_YORK, 2026, 9, 16, 8)


def test_in_doubt_every_candidate_zone_must_be_open() -> None:
    both = in_zone(NEW_YORK, "America/Los_Angeles")

    assert not HOURS.is_open(at(NEW_YORK, 2026, 9, 15, 10, 59), both)
    assert HOURS.is_open(at(NEW_YORK, 2026, 9, 15, 11), both)
    assert HOURS.open_from(at(NEW_YORK, 2026, 9, 15, 21), both) == at(NEW_YORK, 2026, 9, 16, 11)


def test_the_tenants_week_counts_beside_the_persons_day() -> None:
    """C-31."""
    office = CallingHours(NEW_YORK, week=OFFICE)
    friday_evening = at(NEW_YORK, 2026, 9, 18, 17)

    assert not office.is_open(at(NEW_YORK, 2026, 9, 15, 12, 30), in_zone(NEW_YORK))
    assert office.open_from(friday_evening, in_zone(NEW_YORK)) == at(NEW_YORK, 2026, 9, 21, 9)
    assert office.open_from(friday_evening, in_zone(PHOENIX)) == at(PHOENIX, 2026, 9, 21, 8)


def test_a_holiday_is_a_day_without_hours() -> None:
    """X-15."""
    hours = CallingHours(NEW_YORK, week=OFFICE, holidays=frozenset({date(2026, 9, 15)}))

    opens = hours.open_from(at(NEW_YORK, 2026, 9, 15, 10), in_zone(NEW_YORK))

    assert opens == at(NEW_YORK, 2026, 9, 16, 9)


def test_hours_that_never_meet_never_open() -> None:
    opens = HOURS.open_from(
        at(NEW_YORK, 2026, 9, 15, 10), in_zone("Asia/Tokyo", NEW_YORK, LONDON, "Pacific/Auckland")
    )

    assert opens is None


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        ((2026, 3, 7, 22), (2026, 3, 8, 8)),  # the clocks go forward
        ((2026, 10, 31, 22), (2026, 11, 1, 8)),  # and back
    ],
)
def test_eight_is_eight_on_the_day_the_clocks_change(
    evening: tuple[int, ...], morning: tuple[int, ...]
) -> None:
    """X-15."""
    opens = HOURS.open_from(at(NEW_YORK, *evening), in_zone(NEW_YORK))

    assert opens == at(NEW_YORK, *morning)


def test_an_opening_within_the_missing_hour_moves_behind_it() -> None:
    nightly = CallingHours(NEW_YORK, daytime=Span(time(2, 30), time(5)))

    opens = nightly.open_from(at(NEW_YORK, 2026, 3, 8, 0), in_zone(NEW_YORK))

    assert opens == at(NEW_YORK, 2026, 3, 8, 3, 30)


def test_a_span_that_falls_into_the_missing_hour_waits_for_the_next_day() -> None:
    nightly = CallingHours(NEW_YORK, daytime=Span(time(2, 10), time(2, 50)))

    opens = nightly.open_from(at(NEW_YORK, 2026, 3, 8, 0), in_zone(NEW_YORK))

    assert opens == at(NEW_YORK, 2026, 3, 9, 2, 10)


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    nightly = CallingHours(NEW_YORK, daytime=Span(time(1), time(2)))

    first, second = (at(NEW_YORK, 2026, 11, 1, 1, 30, fold=fold) for fold in (0, 1))

    assert second - first == timedelta(hours=1)
    assert nightly.is_open(first, in_zone(NEW_YORK))
    assert nightly.is_open(second, in_zone(NEW_YORK))


def test_arizona_keeps_its_clocks() -> None:
    winter, summer = at(PHOENIX, 2026, 1, 15, 8), at(PHOENIX, 2026, 7, 15, 8)

    assert HOURS.is_open(winter, in_zone(PHOENIX))
    assert HOURS.is_open(summer, in_zone(PHOENIX))
    assert not HOURS.is_open(summer - timedelta(minutes=1), in_zone(PHOENIX))


def test_the_contacts_own_zone_is_trusted() -> None:
    where = whereabouts(PHOENIX, NEW_YORK, "+12125550140")

    assert where == Whereabouts((PHOENIX,), ZoneSource.CONTACT)


def test_without_it_tenant_and_number_must_agree() -> None:
    where = whereabouts("", NEW_YORK, "+13125550140")

    assert where == Whereabouts((NEW_YORK, "America/Chicago"), ZoneSource.TENANT_AND_NUMBER)


@pytest.mark.parametrize("phone", ["+00000000", "", "nonsense", "+999123456789"])
def test_a_number_that_tells_nothing_is_nowhere_and_nowhere_is_closed(phone: str) -> None:
    where = whereabouts("Not/AZone", NEW_YORK, phone)

    assert where == Whereabouts((), ZoneSource.UNKNOWN)
    assert not HOURS.is_open(at(NEW_YORK, 2026, 9, 15, 12), where)
    assert HOURS.open_from(at(NEW_YORK, 2026, 9, 15, 12), where) is None


def test_a_number_without_a_region_may_be_in_any_zone_of_its_country() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} <= set(zones_of("+18005550140"))


@settings(max_examples=150)
@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(
        [NEW_YORK, PHOENIX, LONDON, "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
    ),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(moment: datetime, zone: str) -> None:
    where = in_zone(zone)

    opens = HOURS.open_from(moment, where)

    assert opens is not None
    assert HOURS.is_open(opens, where)
    assert opens == moment or not HOURS.is_open(opens - timedelta(seconds=1), where)
    steps = int((opens - moment) / timedelta(minutes=15))
    between = (moment + step * timedelta(minutes=15) for step in range(steps))
    assert opens == moment or not any(HOURS.is_open(each, where) for each in between)


@settings(max_examples=150)
@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([NEW_YORK, PHOENIX, LONDON, "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_an_opening_is_open_to_its_end_and_closed_after_it(moment: datetime, zone: str) -> None:
    where = in_zone(zone)

    opening = HOURS.opening(moment, where)

    assert opening is not None
    length, last = opening.closes - opening.opens, opening.closes - timedelta(seconds=1)
    middle = opening.opens + length / 2
    assert timedelta() < length <= timedelta(hours=24)
    assert all(HOURS.is_open(each, where) for each in (opening.opens, middle, last))
    assert opening.opens <= last


def test_without_the_accounts_zone_it_is_never_time_to_call() -> None:
    """C-31."""
    noon, hours = at(NEW_YORK, 2026, 9, 15, 12), CallingHours("")

    assert not hours.is_open(noon, in_zone(NEW_YORK))
    assert hours.open_from(noon, in_zone(NEW_YORK)) is None
