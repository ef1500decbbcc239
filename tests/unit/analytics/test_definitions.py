"""Every figure, and what it is where there is nothing to divide by."""

import pytest

from services.analytics.domain import definitions as d
from services.analytics.domain.rates import wilson
from services.analytics.domain.tallies import Appointments, Calls, Members, People, Totals
from tests.unit.analytics.builders import tally

CALLS = Calls(
    total=40,
    answered=30,
    confirmed=12,
    cancelled=3,
    retries=8,
    with_duration=32,
    seconds=2_000,
    positive=9,
    negative=4,
    with_mood=20,
)
PEOPLE = People(called=32, answered=24)
MEMBERS = Members(total=50, with_appointment=20, contacted=30)
APPOINTMENTS = Appointments(total=15, confirmed=10, cancelled=3)


def test_rates_are_their_numerator_over_their_denominator() -> None:
    """A-07 to A-10, A-13, A-14."""
    assert d.answer_rate(CALLS) == 75.0
    assert d.confirmation_rate(CALLS) == 40.0
    assert d.confirmation_yield(CALLS) == 30.0
    assert d.average_call_duration(CALLS) == 62.5
    assert d.calls_per_member(CALLS, MEMBERS) == 0.8
    assert d.contact_reach_rate(PEOPLE) == 75.0
    assert d.engagement_rate(MEMBERS) == 60.0
    assert d.retry_rate(CALLS, PEOPLE) == 25.0
    assert d.satisfaction(CALLS) == 25.0
    assert d.appointment_confirmation_rate(APPOINTMENTS) == 66.67
    assert d.cancellation_rate(APPOINTMENTS) == 20.0
    assert d.answer_rate(Totals(total=8, answered=2)) == 25.0


def test_nothing_is_divided_by_zero() -> None:
    """A-10: null, not 0."""
    assert d.answer_rate(Calls()) is None
    assert d.confirmation_rate(Calls(total=3)) is None
    assert d.confirmation_yield(Calls()) is None
    assert d.average_call_duration(Calls(total=3)) is None
    assert d.calls_per_member(CALLS, Members()) is None
    assert d.contact_reach_rate(People()) is None
    assert d.engagement_rate(Members()) is None
    assert d.retry_rate(Calls(), People()) is None
    assert d.satisfaction(Calls(total=3, answered=3)) is None
    assert d.appointment_confirmation_rate(Appointments()) is None
    assert d.cancellation_rate(Appointments()) is None


def test_more_discontent_than_content_people_are_a_negative_satisfaction() -> None:
    assert d.satisfaction(Calls(positive=1, negative=3, with_mood=4)) == -50.0


def test_members_never_called_are_the_members_without_a_call() -> None:
    assert MEMBERS.never_called == 20


def test_revenue_needs_a_value() -> None:
    """A-16: minor units."""
    assert d.revenue(APPOINTMENTS, 12_000) == 120_000
    assert d.revenue(APPOINTMENTS, 0) == 0
    assert d.revenue(APPOINTMENTS, None) is None
    assert d.revenue_per_member(120_000, MEMBERS) == 2_400
    assert d.revenue_per_member(None, MEMBERS) is None
    assert d.revenue_per_member(120_000, Members()) is None


def test_the_performance_score_is_the_mean_of_three_rates_over_their_lower_ends() -> None:
    """A-11."""
    score = d.performance(tally(CALLS, people=PEOPLE, members=MEMBERS))

    assert score is not None
    assert score.plain == round((75 + 40 + 60) / 3, 2)
    lower = (wilson(30, 40).lower + wilson(12, 30).lower + wilson(30, 50).lower) / 3
    upper = (wilson(30, 40).upper + wilson(12, 30).upper + wilson(30, 50).upper) / 3
    assert (score.lower, score.upper) == (round(lower, 2), round(upper, 2))


def test_without_calls_there_is_no_performance_score() -> None:
    assert d.performance(tally(members=MEMBERS)) is None


def test_calls_that_nobody_answered_score_as_if_the_rest_were_nought() -> None:
    score = d.performance(tally(Calls(total=10), members=Members(total=10, contacted=10)))

    assert score is not None
    assert score.plain == 33.33
    assert score.lower == round(wilson(10, 10).lower / 3, 2)


def test_few_calls_can_not_outshine_many() -> None:
    """A-20."""
    lucky = d.performance(tally(Calls(total=2, answered=2, confirmed=2)))
    proven = d.performance(tally(Calls(total=200, answered=180, confirmed=170)))

    assert lucky is not None
    assert proven is not None
    assert lucky.plain > proven.plain
    assert lucky.lower < proven.lower


def test_the_optimization_score_counts_what_retries_leave() -> None:
    """A-24."""
    sums = tally(CALLS, people=PEOPLE, members=MEMBERS)

    assert d.optimization_score(sums) == (75 + 40 + 60 + 75) / 4


def test_more_retries_than_people_leave_nothing() -> None:
    sums = tally(
        Calls(total=20, answered=20, confirmed=20, retries=15),
        people=People(called=5, answered=5),
        members=Members(total=5, contacted=5),
    )

    assert d.optimization_score(sums) == 75.0


@pytest.mark.parametrize(("calls", "has_score"), [(0, False), (19, False), (20, True)])
def test_the_optimization_score_needs_twenty_calls(calls: int, has_score: bool) -> None:
    assert (d.optimization_score(tally(Calls(total=calls))) is not None) is has_score
