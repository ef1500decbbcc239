"""What people get to read: every field of the two answers, by role and visibility."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed

from services.analytics.domain.facts import Mood
from services.analytics.domain.groups import Visibility
from services.chassis import status
from services.chassis.caller import Role
from services.chassis.db import Database
from services.chassis.feed import positions
from services.chassis.feed.changes import Change
from services.chassis.ids import new_id
from tests.service.analytics.world import (
    NEW_YORK,
    NINE,
    World,
    call,
    confirming,
    contact,
    group,
    heard_of_everything,
    joined,
    left,
    people,
)
from tests.support.issuer import Issuer, Person
from vio.analytics.v1 import analytics_service_pb2 as pb
from vio.analytics.v1.group_analytics_pb2 import GroupAnalytics
from vio.analytics.v1.groups_analytics_pb2 import GroupsAnalytics

if TYPE_CHECKING:
    from vio.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceAsyncStub as Stub

pytestmark = pytest.mark.usefixtures("fresh")
DAY = timedelta(days=1)


async def all_groups(stub: "Stub", person: Person, days: int = 0) -> GroupsAnalytics:
    request = pb.GetGroupsAnalyticsRequest(days=days)
    return await stub.GetGroupsAnalytics(request, metadata=person.metadata, timeout=5)


async def one_group(
    stub: "Stub", person: Person, group_id: UUID | str, days: int = 0
) -> GroupAnalytics:
    request = pb.GetGroupAnalyticsRequest(group_id=str(group_id), days=days)
    return await stub.GetGroupAnalytics(request, metadata=person.metadata, timeout=5)


async def vips_of(world: World) -> UUID:
    """Ten people, two of whom were called three times in all, one call long ago."""
    vips = group("VIP")
    members = people(10)
    anna, ben, carl = members[:3]
    await world.learn(NEW_YORK, vips, joined(vips.id, *members, at=NINE - 35 * DAY))
    await world.learn(
        contact(anna, "confirmed", appointment_time=NINE - DAY),
        contact(ben, "cancelled", appointment_time=NINE - 2 * DAY),
        contact(carl, "pending", appointment_time=NINE + 2 * DAY),
    )
    await world.learn(
        confirming(anna, at=NINE - 2 * DAY, duration_seconds=45),
        call(ben, at=NINE - 4 * DAY),
        call(
            ben,
            at=NINE - 3 * DAY,
            answered=True,
            cancelled=True,
            is_retry=True,
            duration_seconds=20,
            mood=Mood.NEUTRAL,
        ),
        call(carl, at=NINE - 34 * DAY),
    )
    return vips.id


async def test_the_overview_has_every_figure_of_a_group(
    stub: "Stub", world: World, admin: Person
) -> None:
    """A-02, A-03."""
    vips = await vips_of(world)

    summary = (await all_groups(stub, admin)).group_analytics[str(vips)]

    metrics, calls = summary.performance_metrics, summary.performance_metrics.call_performance
    assert (summary.group_info.name, summary.member_count) == ("VIP", 10)
    assert (summary.data_period, metrics.analysis_period) == ("30 days", "last_30_days")
    assert (calls.total_calls, calls.answered_calls, calls.confirmed_calls) == (3, 2, 1)
    assert (calls.answer_rate, calls.confirmation_rate) == (66.67, 50.0)
    assert (calls.average_call_duration, calls.calls_with_duration) == (32.5, 2)
    assert (calls.people_called, calls.people_answered, calls.contact_reach_rate) == (2, 2, 100)
    engagement = metrics.member_engagement
    assert (engagement.members_contacted, engagement.members_never_called) == (2, 8)
    assert engagement.engagement_rate == 20.0
    assert dict(metrics.appointment_distribution) == {
        "confirmed": 1,
        "cancelled": 1,
        "pending": 1,
        "unknown": 7,
    }
    assert metrics.performance_score_raw == round((200 / 3 + 50 + 20) / 3, 2)
    assert 0 < metrics.performance_score < metrics.performance_score_raw
    assert summary.last_activity_at.ToDatetime(UTC) == NINE - 2 * DAY


async def test_the_portrait_has_every_figure_of_a_group(
    stub: "Stub", world: World, admin: Person
) -> None:
    """A-06."""
    portrait = await one_group(stub, admin, await vips_of(world), days=7)

    members, calls = portrait.member_statistics, portrait.performance_metrics
    assert (members.total_members, members.active_members, members.members_with_calls) == (10, 3, 2)
    assert (calls.total_calls, calls.answered_calls) == (3, 2)
    assert (calls.confirmed_appointments, calls.cancelled_appointments) == (1, 1)
    assert (calls.calls_per_member, calls.average_call_duration) == (0.3, 32.5)
    engagement, business = portrait.engagement_metrics, portrait.business_impact
    assert (engagement.retries, engagement.retry_rate) == (1, 50.0)
    assert (engagement.calls_with_sentiment, engagement.satisfaction) == (2, 50.0)
    assert not engagement.HasField("response_time_seconds")
    assert (business.appointments, business.confirmed_appointments) == (2, 1)
    assert (business.cancelled_appointments, business.cancellation_rate) == (1, 50.0)
    assert (business.revenue, business.revenue_per_member) == (12_000, 1_200)
    assert portrait.data_period == 7
    assert not portrait.HasField("optimization_score")
    assert [(cell.weekday, cell.hour, cell.calls) for cell in portrait.heat_map] == [
        (5, 9, 1),
        (6, 9, 1),
        (7, 9, 1),
    ]
    assert {cell.note for cell in portrait.heat_map} == {"insufficient data"}


async def test_a_longer_period_holds_older_calls(stub: "Stub", world: World, admin: Person) -> None:
    """A-30."""
    vips = await vips_of(world)

    week, quarter = [
        (await all_groups(stub, admin, days)).group_analytics[str(vips)].performance_metrics
        for days in (7, 90)
    ]

    assert (week.call_performance.total_calls, quarter.call_performance.total_calls) == (3, 4)
    assert week.member_engagement.members_contacted == 2
    assert quarter.member_engagement.members_contacted == 3


async def test_growth_ends_at_the_present_size(stub: "Stub", world: World, admin: Person) -> None:
    vips = group()
    anna, ben, carl = people(3)
    await world.learn(NEW_YORK, vips, joined(vips.id, anna, ben, at=NINE - 20 * DAY))
    await world.learn(joined(vips.id, carl, at=NINE - DAY), left(vips.id, anna, at=NINE))

    growth = (await one_group(stub, admin, vips.id, days=7)).growth

    assert [(day.members, day.joined, day.left) for day in growth][-3:] == [
        (2, 0, 0),
        (3, 1, 0),
        (2, 0, 1),
    ]
    assert (growth[0].date, growth[-1].date) == ("2026-09-09", "2026-09-15")


async def test_a_tenant_without_groups_gets_the_same_shape_with_a_message(
    stub: "Stub", admin: Person
) -> None:
    """A-05."""
    answer = await all_groups(stub, admin, days=7)

    assert answer.message == "No groups created yet"
    assert answer.period_analyzed == 7
    assert answer.summary.total_groups == 0
    assert not answer.group_analytics
    assert not answer.summary.HasField("overall_group_effectiveness")
    assert answer.data_sources


async def test_a_group_without_members_or_calls_appears_with_noughts_and_no_rates(
    stub: "Stub", world: World, admin: Person
) -> None:
    """A-05."""
    empty = group("empty")
    await world.learn(NEW_YORK, empty)

    metrics = (await all_groups(stub, admin)).group_analytics[str(empty.id)].performance_metrics
    portrait = await one_group(stub, admin, empty.id)

    assert metrics.call_performance.total_calls == 0
    for rate in ("answer_rate", "confirmation_rate", "average_call_duration"):
        assert not metrics.call_performance.HasField(rate)
        assert not portrait.performance_metrics.HasField(rate)
    assert not metrics.member_engagement.HasField("engagement_rate")
    assert not metrics.HasField("performance_score")
    assert len(portrait.growth) == 30


async def test_the_summary_counts_every_call_once(
    stub: "Stub", world: World, admin: Person
) -> None:
    """A-12."""
    anna, ben = people(2)
    one, two = group("one"), group("two")
    await world.learn(NEW_YORK, one, two, joined(one.id, anna), joined(two.id, anna))
    await world.learn(confirming(anna), call(ben))

    totals = (await all_groups(stub, admin)).summary.totals

    assert (totals.total_calls, totals.answered_calls, totals.answer_rate) == (2, 1, 50.0)
    assert (totals.calls_in_several_groups, totals.calls_outside_groups) == (1, 1)


async def test_groups_with_enough_calls_are_ranked(
    stub: "Stub", world: World, admin: Person
) -> None:
    """A-04, A-20."""
    good, poor, few = group("good"), group("poor"), group("few")
    members = people(60)
    await world.learn(NEW_YORK, good, poor, few)
    for each, part in ((good, members[:25]), (poor, members[25:50]), (few, members[50:])):
        await world.learn(joined(each.id, *part))
    await world.learn(*(confirming(each) for each in members[:25]))
    await world.learn(*(call(each) for each in members[25:50] for _ in range(4)))
    await world.learn(*(call(each) for each in members[50:]))
    await world.learn(*(call(each, answered=True) for each in members[25:35]))

    answer = await all_groups(stub, admin)

    comparison = answer.comparison_analysis
    assert [each.name for each in comparison.ranking] == ["good", "poor"]
    assert comparison.best_group.name == answer.summary.best_performing_group.name == "good"
    assert [each.name for each in comparison.underperforming_groups] == ["poor"]
    assert answer.summary.overall_group_effectiveness == comparison.overall_score > 0


async def test_archived_groups_are_not_compared_and_keep_their_figures(
    stub: "Stub", world: World, admin: Person
) -> None:
    """G-20: they leave default lists, and keep members and history."""
    vips = await vips_of(world)
    old = group("old", archived=True)
    await world.learn(old)

    answer = await all_groups(stub, admin)
    portrait = await one_group(stub, admin, old.id)

    assert answer.group_analytics.keys() == {str(vips)}
    assert portrait.group_info.name == "old"


async def test_staff_reads_the_basic_figures_of_visible_groups_only(
    stub: "Stub", world: World, user: Person
) -> None:
    """A-28, S-10."""
    vips = await vips_of(world)
    hidden = group("hidden", visibility=Visibility.ADMINS_ONLY)
    granted = group(
        "granted", visibility=Visibility.CUSTOM, permitted_users=(user.caller.person_id,)
    )
    others = group("others", visibility=Visibility.CUSTOM, permitted_users=(new_id(),))
    await world.learn(hidden, granted, others)

    answer = await all_groups(stub, user)
    portrait = await one_group(stub, user, vips)

    assert answer.group_analytics.keys() == {str(vips), str(granted.id)}
    metrics = answer.group_analytics[str(vips)].performance_metrics
    assert {field.name for field, _ in metrics.ListFields()} == {
        "member_count",
        "call_performance",
        "analysis_period",
    }
    assert {field.name for field, _ in metrics.call_performance.ListFields()} == {
        "total_calls",
        "answered_calls",
        "answer_rate",
        "confirmation_rate",
    }
    assert {field.name for field, _ in answer.summary.ListFields()} == {"total_groups"}
    assert {field.name for field, _ in answer.comparison_analysis.ListFields()} == {"minimum_calls"}
    assert {field.name for field, _ in portrait.ListFields()} == {
        "group_info",
        "member_statistics",
        "performance_metrics",
        "data_period",
        "freshness",
        "last_activity_at",
    }


@pytest.mark.parametrize("which", ["hidden", "deleted", "foreign", "absent"])
async def test_hidden_deleted_foreign_and_absent_groups_are_not_told_apart(
    stub: "Stub", db: Database, world: World, user: Person, which: str
) -> None:
    """S-01, S-06."""
    hidden = group("hidden", visibility=Visibility.ADMINS_ONLY)
    deleted, foreign = group("deleted", deleted_at=NINE), group("foreign")
    await world.learn(NEW_YORK, hidden, deleted)
    await World(db).learn(foreign)
    ids = {"hidden": hidden.id, "deleted": deleted.id, "foreign": foreign.id, "absent": new_id()}

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await one_group(stub, user, ids[which])

    failure = status.of_error(refused.value)
    assert (failure.code, failure.reason, failure.message, failure.facts) == (
        grpc.StatusCode.NOT_FOUND,
        "GROUP_NOT_FOUND",
        "Group not found",
        {},
    )


async def test_a_withdrawn_grant_hides_the_group(stub: "Stub", world: World, user: Person) -> None:
    """S-09."""
    custom = group(visibility=Visibility.CUSTOM, permitted_users=(user.caller.person_id,))
    await world.learn(NEW_YORK, custom)
    shown = await all_groups(stub, user)

    await world.learn(group(id=custom.id, visibility=Visibility.CUSTOM, permitted_users=()))

    assert list(shown.group_analytics) == [str(custom.id)]
    assert not (await all_groups(stub, user)).group_analytics


async def test_staff_reads_nothing_while_grants_may_be_outdated(
    stub: "Stub", db: Database, world: World, user: Person, admin: Person
) -> None:
    """Ruling 6: fail closed once the feed's lag passes 10 s."""
    await world.learn(NEW_YORK, group())
    await heard_of_everything(db, db.clock.now() - timedelta(seconds=11))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await all_groups(stub, user)
    answer = await all_groups(stub, admin)

    assert status.of_error(refused.value).reason == "ANALYTICS_BEHIND"
    assert answer.freshness.lag_seconds > 10
    assert len(answer.group_analytics) == 1


async def test_staff_reads_nothing_while_a_change_of_their_tenant_is_set_aside(
    stub: "Stub", db: Database, world: World, user: Person, issuer: Issuer
) -> None:
    """Rulings 6 and 8: it may be the withdrawal of a grant; other tenants go on."""
    await world.learn(NEW_YORK, group())
    neighbour = issuer.person(Role.CLIENT_USER, new_id(), "Nora Neighbour")
    withdrawal = Change(new_id(), world.tenant_id, db.clock.now() - timedelta(seconds=11), Packed())
    async with db.transaction(world.caller) as tx:
        await positions.park(tx, "groups", withdrawal, "ValueError")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await all_groups(stub, user)

    assert status.of_error(refused.value).reason == "ANALYTICS_BEHIND"
    assert (await all_groups(stub, neighbour)).freshness.lag_seconds < 10


async def test_the_answer_says_how_fresh_it_is(stub: "Stub", db: Database, admin: Person) -> None:
    """A-01."""
    moment = db.clock.now() - timedelta(seconds=3)
    await heard_of_everything(db, moment)

    freshness = (await all_groups(stub, admin)).freshness

    assert freshness.as_of.ToDatetime(UTC) == moment
    assert 3 <= freshness.lag_seconds < 9


@pytest.mark.parametrize(
    ("group_id", "days", "reason"),
    [("nonsense", 30, "INVALID_ID"), (str(UUID(int=7)), 31, "INVALID_PERIOD")],
)
async def test_bad_input_is_refused(
    stub: "Stub", admin: Person, group_id: str, days: int, reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await one_group(stub, admin, group_id, days)

    assert status.of_error(refused.value).reason == reason
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_machines_and_nobody_read_no_figures(stub: "Stub", issuer: Issuer) -> None:
    machine = issuer.person(Role.SERVICE, None, "groups")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await all_groups(stub, machine)
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await stub.GetGroupsAnalytics(pb.GetGroupsAnalyticsRequest(), timeout=5)

    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert unknown.value.code() is grpc.StatusCode.UNAUTHENTICATED
