"""The rhythm of calls: bursts of five, thirty seconds apart, twenty-five in any fifteen minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.domain.pacing import (
    FOREVER,
    Crowd,
    Limiter,
    Limits,
    Waiter,
    ahead,
    simulate,
    turn,
)

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NO_GRACE = timedelta()


@pytest.mark.parametrize(
    ("recipients", "lasts"),
    [
        (1, timedelta()),
        (6, timedelta(seconds=30)),
        (25, timedelta(minutes=2)),
        (26, timedelta(minutes=15)),
        (100, timedelta(minutes=47)),
        (1000, 39 * timedelta(minutes=15) + timedelta(minutes=2)),
    ],
)
def test_the_estimate_is_full_windows_and_the_last_burst(recipients: int, lasts: timedelta) -> None:
    """C-14: 100 people take 47 minutes, 1,000 people 9.8 hours."""
    *_, last = simulate(Limiter(), [Crowd(recipients)], start=NINE)

    assert last - NINE == lasts


def test_answers_that_take_time_make_the_estimate_later() -> None:
    *_, last = simulate(Limiter(), [Crowd(100)], start=NINE, answer=timedelta(seconds=2))

    assert last - NINE == timedelta(minutes=47, seconds=6)


def test_the_window_is_half_open() -> None:
    full = Limiter(leaving=(NINE,) * 5 + (NINE + MINUTE,) * 20)

    assert full.free_at(NINE, 5) == NINE
    assert full.free_at(NINE - SECOND, 5) == NINE
    assert full.free_at(NINE, 6) == NINE + MINUTE


def test_a_call_without_an_answer_keeps_its_place_for_ever() -> None:
    waiting = Limiter(leaving=(NINE + MINUTE,) * 21 + (FOREVER,) * 4)

    assert waiting.free_at(NINE, 21) == NINE + MINUTE
    assert waiting.free_at(NINE, 22) == FOREVER


def test_urgent_skips_the_gap_but_not_the_window() -> None:
    """C-12."""
    limiter = Limiter(leaving=(NINE + MINUTE,) * 20, latest=NINE)

    assert limiter.free_at(NINE, 5) == NINE + timedelta(seconds=30)
    assert limiter.free_at(NINE, 5, urgent=True) == NINE
    assert limiter.free_at(NINE, 6, urgent=True) == NINE + MINUTE


def test_closed_hours_are_skipped_and_the_rest_goes_on_after_them() -> None:
    def closed_for_an_hour(moment: datetime) -> datetime:
        shut = NINE + MINUTE <= moment < NINE + timedelta(hours=1)
        return NINE + timedelta(hours=1) if shut else moment

    batches = list(simulate(Limiter(), [Crowd(15, closed_for_an_hour)], start=NINE))

    assert batches == [NINE, NINE + timedelta(seconds=30), NINE + timedelta(hours=1)]


def test_people_who_may_be_called_go_before_people_who_may_not_yet() -> None:
    late = Crowd(3, lambda moment: max(moment, NINE + timedelta(hours=2)))

    batches = list(simulate(Limiter(), [late, Crowd(7)], start=NINE))

    assert batches == [NINE, NINE + timedelta(seconds=30), NINE + timedelta(hours=2)]


def test_who_waits_longer_or_matters_more_goes_first() -> None:
    normal, high = _waiter("normal", 0, NINE), _waiter("high", 1, NINE)
    early = _waiter("early", 0, NINE - 11 * MINUTE)

    queue = [normal, high, early]

    assert [ahead(each, queue, NINE, NO_GRACE) for each in queue] == [2, 1, 0]


def test_who_does_not_come_when_called_holds_nobody_back() -> None:
    asleep = Waiter("asleep", 1, NINE - MINUTE, wakes_at=NINE - 5 * SECOND)
    me = _waiter("me", 0, NINE)

    assert ahead(me, [asleep, me], NINE, grace=10 * SECOND) == 1
    assert ahead(me, [asleep, me], NINE, grace=SECOND) == 0


def test_a_place_in_the_queue_is_a_moment() -> None:
    limiter = Limiter(latest=NINE)

    moments = [turn(limiter, NINE, 5, before) for before in (0, 1, 4, 5)]

    assert moments == [
        NINE + 30 * SECOND,
        NINE + 60 * SECOND,
        NINE + 150 * SECOND,
        NINE + 15 * MINUTE + 30 * SECOND,
    ]


@settings(max_examples=200)
@given(
    asks=st.lists(
        st.tuples(
            st.integers(0, 400),  # seconds until somebody asks
            st.integers(1, 5),  # for how many
            st.booleans(),  # urgently
            st.lists(st.integers(0, 120), min_size=5, max_size=5),  # answers take so long
        ),
        max_size=40,
    )
)
def test_no_window_ever_holds_more_than_the_limit(
    asks: list[tuple[int, int, bool, list[int]]],
) -> None:
    """C-13: whoever asks, however long answers take, wherever a call arrives before its answer."""
    desk, now = _Desk(), NINE

    for pause, size, urgent, takes in asks:
        now += pause * SECOND
        if desk.limiter(now).free_at(now, size, urgent=urgent) == now:
            desk.dial(now, takes[:size])

    assert _fullest(desk.arrivals_early) <= 25
    assert _fullest(desk.arrivals_late) <= 25


class _Desk:
    """Keeps tokens as the dispatcher does: for ever until the answer, then for a window."""

    def __init__(self) -> None:
        self.calls: list[tuple[datetime, datetime]] = []

    @property
    def arrivals_early(self) -> list[datetime]:
        return [claimed for claimed, _ in self.calls]

    @property
    def arrivals_late(self) -> list[datetime]:
        return [answered for _, answered in self.calls]

    def dial(self, now: datetime, takes: Sequence[int]) -> None:
        self.calls += [(now, now + seconds * SECOND) for seconds in takes]

    def limiter(self, now: datetime) -> Limiter:
        limits = Limits()
        leaving = (
            answered + limits.window if answered <= now else FOREVER for _, answered in self.calls
        )
        return Limiter(limits, tuple(sorted(leaving)))


def _fullest(moments: list[datetime]) -> int:
    span = Limits().window
    return max(
        (sum(begin <= each < begin + span for each in moments) for begin in moments), default=0
    )


def _waiter(name: str, priority: int, since: datetime) -> Waiter:
    return Waiter(name, priority, since, wakes_at=NINE)
