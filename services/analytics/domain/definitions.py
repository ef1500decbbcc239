"""Every figure's formula, in one place: numerator over denominator of the period's sums.

Rates are percent with two decimals and None when there is nothing to divide by.
"""

from dataclasses import dataclass

from services.analytics.domain.rates import mean, per, percent, ratio, rounded, wilson
from services.analytics.domain.tallies import Appointments, Calls, Members, People, Tally, Totals

# How many calls a figure needs before it is compared with others.
MINIMUM_CALLS = 20


@dataclass(frozen=True, slots=True)
class Score:
    """A performance score: the lower end, which ranks, the plain mean, and the upper end."""

    lower: float
    plain: float
    upper: float


def answer_rate(calls: Calls | Totals) -> float | None:
    """Answered calls over calls; a voicemail is not answered (A-07)."""
    return percent(calls.answered, calls.total)


def confirmation_rate(calls: Calls | Totals) -> float | None:
    """Confirming calls over answered calls (A-08)."""
    return percent(calls.confirmed, calls.answered)


def confirmation_yield(calls: Calls) -> float | None:
    """Confirming calls over calls (A-08)."""
    return percent(calls.confirmed, calls.total)


def average_call_duration(calls: Calls) -> float | None:
    """Seconds over the calls that have a duration, one decimal (A-10)."""
    return per(calls.seconds, calls.with_duration, digits=1)


def calls_per_member(calls: Calls, members: Members) -> float | None:
    """Calls over present members, two decimals (A-09)."""
    return per(calls.total, members.total, digits=2)


def contact_reach_rate(people: People) -> float | None:
    """People who answered over people called (A-07)."""
    return percent(people.answered, people.called)


def engagement_rate(members: Members) -> float | None:
    """Coverage: present members with a call over present members (A-09)."""
    return percent(members.contacted, members.total)


def retry_rate(calls: Calls, people: People) -> float | None:
    """Attempts after the first over people called (A-14); more than 100 is possible."""
    return percent(calls.retries, people.called)


def satisfaction(calls: Calls) -> float | None:
    """Content less discontent calls over answered calls with a mood (A-14)."""
    return percent(calls.positive - calls.negative, calls.with_mood)


def appointment_confirmation_rate(appointments: Appointments) -> float | None:
    """Appointments confirmed or completed over appointments (A-08)."""
    return percent(appointments.confirmed, appointments.total)


def cancellation_rate(appointments: Appointments) -> float | None:
    """Cancelled appointments over appointments (A-13)."""
    return percent(appointments.cancelled, appointments.total)


def revenue(appointments: Appointments, value: int | None) -> int | None:
    """Confirmed appointments times the tenant's average value, in minor units (A-16)."""
    return None if value is None else appointments.confirmed * value


def revenue_per_member(amount: int | None, members: Members) -> int | None:
    """Revenue over present members, in whole minor units (A-16)."""
    return None if amount is None or not members.total else round(amount / members.total)


def performance(tally: Tally) -> Score | None:
    """The mean of answer, confirmation and engagement rate (A-11); None without calls.

    Ranked by the lower ends of their Wilson intervals, where an unknown rate is 0.
    """
    calls, members = tally.calls, tally.members
    if not calls.total:
        return None
    pairs = (
        (calls.answered, calls.total),
        (calls.confirmed, calls.answered),
        (members.contacted, members.total),
    )
    intervals = [wilson(*pair) for pair in pairs]
    return Score(
        lower=round(mean(*(each.lower for each in intervals)), 2),
        plain=round(mean(*(ratio(*pair) or 0.0 for pair in pairs)), 2),
        upper=round(mean(*(each.upper for each in intervals)), 2),
    )


def optimization_score(tally: Tally) -> float | None:
    """The mean of answer, confirmation, engagement rate and what retries leave of 100 (A-24).

    None under the minimum of calls.
    """
    calls, members, people = tally.calls, tally.members, tally.people
    if calls.total < MINIMUM_CALLS:
        return None
    score = mean(
        ratio(calls.answered, calls.total) or 0.0,
        ratio(calls.confirmed, calls.answered) or 0.0,
        ratio(members.contacted, members.total) or 0.0,
        max(0.0, 100 - (ratio(calls.retries, people.called) or 0.0)),
    )
    return rounded(score, 2)
