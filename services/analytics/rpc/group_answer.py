"""The figures of one group as a message; what is not for the caller stays unset."""

from services.analytics.domain import definitions, hours
from services.analytics.domain.comparison import Measured
from services.analytics.domain.facts import Profile
from services.analytics.domain.growth import GrowthDay
from services.analytics.domain.hours import Cell
from services.analytics.domain.tallies import Tally
from services.analytics.rpc import parts
from services.analytics.usecases.figures import Details, Portrait
from vio.analytics.v1 import group_analytics_pb2 as pb

INSUFFICIENT = "insufficient data"
NO_VALUE = "Set the average value of an appointment in your business profile to see revenue."


def message(portrait: Portrait) -> pb.GroupAnalytics:
    measured = portrait.measured
    answer = pb.GroupAnalytics(
        group_info=parts.group_info(measured.group),
        member_statistics=pb.MemberStatistics(total_members=measured.tally.members.total),
        performance_metrics=_basic_calls(measured.tally),
        data_period=portrait.period.days,
        freshness=parts.freshness(portrait.freshness),
        last_activity_at=parts.moment(measured.tally.last_call_at),
    )
    if portrait.details:
        answer.MergeFrom(_only_in_full(measured, portrait.details))
    return answer


def _basic_calls(tally: Tally) -> pb.GroupPerformance:
    calls = tally.calls
    return pb.GroupPerformance(
        total_calls=calls.total,
        answered_calls=calls.answered,
        answer_rate=definitions.answer_rate(calls),
        confirmation_rate=definitions.confirmation_rate(calls),
    )


def _only_in_full(measured: Measured, details: Details) -> pb.GroupAnalytics:
    tally = measured.tally
    return pb.GroupAnalytics(
        member_statistics=pb.MemberStatistics(
            active_members=tally.members.with_appointment,
            members_with_calls=tally.members.contacted,
        ),
        performance_metrics=_full_calls(measured),
        engagement_metrics=_engagement(tally, hours.best(details.heat_map)),
        business_impact=_business(tally, details.profile),
        optimization_score=definitions.optimization_score(tally),
        growth=map(_day, details.growth),
        heat_map=map(_cell, details.heat_map),
    )


def _full_calls(measured: Measured) -> pb.GroupPerformance:
    calls, score = measured.tally.calls, measured.score
    return pb.GroupPerformance(
        confirmed_appointments=calls.confirmed,
        cancelled_appointments=calls.cancelled,
        average_call_duration=definitions.average_call_duration(calls),
        calls_per_member=definitions.calls_per_member(calls, measured.tally.members),
        calls_with_duration=calls.with_duration,
        confirmation_yield=definitions.confirmation_yield(calls),
        performance_score=score.lower if score else None,
        performance_score_raw=score.plain if score else None,
    )


def _engagement(tally: Tally, best: Cell | None) -> pb.EngagementMetrics:
    calls, people, members = tally.calls, tally.people, tally.members
    return pb.EngagementMetrics(
        people_called=people.called,
        people_answered=people.answered,
        contact_reach_rate=definitions.contact_reach_rate(people),
        engagement_rate=definitions.engagement_rate(members),
        members_never_called=members.never_called,
        retries=calls.retries,
        retry_rate=definitions.retry_rate(calls, people),
        calls_with_sentiment=calls.with_mood,
        satisfaction=definitions.satisfaction(calls),
        best_hour=_cell(best) if best else None,
    )


def _business(tally: Tally, profile: Profile) -> pb.BusinessImpact:
    appointments, value = tally.appointments, profile.average_appointment_value
    revenue = definitions.revenue(appointments, value)
    return pb.BusinessImpact(
        appointments=appointments.total,
        confirmed_appointments=appointments.confirmed,
        cancelled_appointments=appointments.cancelled,
        appointment_confirmation_rate=definitions.appointment_confirmation_rate(appointments),
        cancellation_rate=definitions.cancellation_rate(appointments),
        revenue=revenue,
        revenue_per_member=definitions.revenue_per_member(revenue, tally.members),
        currency=profile.currency or None,
        revenue_hint=NO_VALUE if value is None else None,
    )


def _day(day: GrowthDay) -> pb.GrowthDay:
    return pb.GrowthDay(
        date=day.date.isoformat(), members=day.members, joined=day.joined, left=day.left
    )


def _cell(cell: Cell) -> pb.HeatCell:
    return pb.HeatCell(
        weekday=cell.weekday,
        hour=cell.hour,
        calls=cell.calls,
        answered=cell.answered,
        answer_rate=cell.answer_rate,
        note=None if cell.is_sufficient else INSUFFICIENT,
    )
