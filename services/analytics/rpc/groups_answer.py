"""The figures of all groups as a message; what is not for the caller stays unset."""

from services.analytics.domain import definitions
from services.analytics.domain.comparison import Comparison, Measured, Ranked
from services.analytics.domain.definitions import MINIMUM_CALLS
from services.analytics.domain.periods import Period
from services.analytics.domain.tallies import Tally, Totals
from services.analytics.rpc import parts
from services.analytics.usecases.figures import Overview
from vio.analytics.v1 import groups_analytics_pb2 as pb

DATA_SOURCES = (
    "groups and memberships, with their history (groups context)",
    "contacts' present appointments (groups context)",
    "ended call attempts (campaigns context)",
)
NO_GROUPS = "No groups created yet"


def message(overview: Overview) -> pb.GroupsAnalytics:
    in_full = overview.comparison is not None
    return pb.GroupsAnalytics(
        group_analytics={
            str(each.group.id): _summary(each, overview.period, in_full=in_full)
            for each in overview.measured
        },
        comparison_analysis=_comparison(overview.comparison),
        summary=_all_together(overview),
        data_sources=DATA_SOURCES,
        freshness=parts.freshness(overview.freshness),
        period_analyzed=overview.period.days,
        message=None if overview.measured else NO_GROUPS,
    )


def _summary(measured: Measured, period: Period, *, in_full: bool) -> pb.GroupSummary:
    tally = measured.tally
    metrics = pb.PerformanceMetrics(
        member_count=tally.members.total,
        call_performance=_full_calls(tally) if in_full else _basic_calls(tally),
        analysis_period=period.as_key,
    )
    if in_full:
        metrics.MergeFrom(_only_in_full(measured))
    return pb.GroupSummary(
        group_info=parts.group_info(measured.group),
        performance_metrics=metrics,
        member_count=tally.members.total,
        data_period=period.in_words,
        last_activity_at=parts.moment(tally.last_call_at),
    )


def _basic_calls(tally: Tally) -> pb.CallPerformance:
    calls = tally.calls
    return pb.CallPerformance(
        total_calls=calls.total,
        answered_calls=calls.answered,
        answer_rate=definitions.answer_rate(calls),
        confirmation_rate=definitions.confirmation_rate(calls),
    )


def _full_calls(tally: Tally) -> pb.CallPerformance:
    calls, people = tally.calls, tally.people
    performance = _basic_calls(tally)
    performance.MergeFrom(
        pb.CallPerformance(
            confirmed_calls=calls.confirmed,
            average_call_duration=definitions.average_call_duration(calls),
            calls_with_duration=calls.with_duration,
            confirmation_yield=definitions.confirmation_yield(calls),
            people_called=people.called,
            people_answered=people.answered,
            contact_reach_rate=definitions.contact_reach_rate(people),
        )
    )
    return performance


def _only_in_full(measured: Measured) -> pb.PerformanceMetrics:
    members, score = measured.tally.members, measured.score
    return pb.PerformanceMetrics(
        member_engagement=pb.MemberEngagement(
            members_contacted=members.contacted,
            engagement_rate=definitions.engagement_rate(members),
            members_never_called=members.never_called,
        ),
        appointment_distribution=measured.tally.statuses,
        performance_score=score.lower if score else None,
        performance_score_raw=score.plain if score else None,
    )


def _comparison(comparison: Comparison | None) -> pb.ComparisonAnalysis:
    if comparison is None:
        return pb.ComparisonAnalysis(minimum_calls=MINIMUM_CALLS)
    return pb.ComparisonAnalysis(
        best_group=_ranked(comparison.best) if comparison.best else None,
        underperforming_groups=map(_ranked, comparison.underperforming),
        overall_score=comparison.overall_score,
        ranking=map(_ranked, comparison.ranking),
        minimum_calls=MINIMUM_CALLS,
    )


def _ranked(ranked: Ranked) -> pb.RankedGroup:
    return pb.RankedGroup(
        id=str(ranked.group.id),
        name=ranked.group.name,
        color=ranked.group.color,
        performance_score=ranked.score.lower,
        performance_score_raw=ranked.score.plain,
        performance_score_upper=ranked.score.upper,
        total_calls=ranked.calls,
    )


def _all_together(overview: Overview) -> pb.AnalyticsSummary:
    comparison = _comparison(overview.comparison)
    return pb.AnalyticsSummary(
        total_groups=len(overview.measured),
        best_performing_group=comparison.best_group if comparison.HasField("best_group") else None,
        needs_attention_groups=comparison.underperforming_groups,
        overall_group_effectiveness=(
            comparison.overall_score if comparison.HasField("overall_score") else None
        ),
        totals=_totals(overview.totals) if overview.totals else None,
    )


def _totals(totals: Totals) -> pb.CallTotals:
    return pb.CallTotals(
        total_calls=totals.total,
        answered_calls=totals.answered,
        confirmed_calls=totals.confirmed,
        answer_rate=definitions.answer_rate(totals),
        confirmation_rate=definitions.confirmation_rate(totals),
        calls_outside_groups=totals.in_no_group,
        calls_in_several_groups=totals.in_several,
    )
