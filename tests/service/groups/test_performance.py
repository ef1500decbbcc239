"""Lists of groups show how the calls went, as analytics announces it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import grpc
import pytest
from sqlalchemy import delete

from services.analytics.domain import events
from services.analytics.feed import serving
from services.analytics.store import announced, facts
from services.chassis import interceptors, outbox
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.feed import Consumer
from services.chassis.interceptors import Around
from services.chassis.tables import feed_positions
from services.groups.feed import performance
from tests.service.groups.desk import Desk, ids
from tests.support.databases import Databases
from vio.groups.v1 import group_pb2, page_pb2
from vio.groups.v1 import group_service_pb2 as pb

Announce = Callable[..., Awaitable[None]]


@pytest.fixture(scope="session")
async def figures(databases: Databases) -> AsyncIterator[Database]:
    """The database of analytics."""
    url = databases.url("analytics")
    async with Database.open(url, serving.encode, Clock.real_time()) as opened:
        yield opened


@pytest.fixture(scope="session")
async def feed_of_analytics(figures: Database) -> AsyncIterator[grpc.aio.Channel]:
    server = grpc.aio.server(interceptors=[Around(interceptors.refusals_as_status)])
    serving.register(server, figures)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    await server.stop(None)


@pytest.fixture
async def following(feed_of_analytics: grpc.aio.Channel, db: Database) -> AsyncIterator[Consumer]:
    async with performance.following(feed_of_analytics, db).running() as consumer:
        yield consumer


@pytest.fixture
def announce(figures: Database, desk: Desk) -> Announce:
    """Says of groups how many calls there were, were answered, were confirmed."""

    async def say(**calls: tuple[int, int, int]) -> None:
        said = [
            events.GroupPerformanceChanged(UUID(name), *numbers, performance_score=None)
            for name, numbers in calls.items()
        ]
        async with figures.transaction(desk.person.caller) as tx:
            await facts.lock(tx)
            await announced.keep(tx, said)
            await outbox.append(tx, *said)

    return say


async def told(desk: Desk, group_id: str, calls: int) -> group_pb2.Group:
    """The group once it shows so many calls."""
    async with asyncio.timeout(20):
        while (group := await desk.get_group(group_id)).performance.total_calls != calls:
            await asyncio.sleep(0.02)
    return group


def shown(group: group_pb2.Group) -> tuple[float | None, float | None, int]:
    figures = group.performance
    return (
        figures.answer_rate if figures.HasField("answer_rate") else None,
        figures.confirmation_rate if figures.HasField("confirmation_rate") else None,
        figures.total_calls,
    )


async def test_a_group_shows_its_performance_in_lists_and_by_itself(
    desk: Desk, following: Consumer, announce: Announce
) -> None:
    """G-11."""
    called, unanswered, quiet = [await desk.create_group(name) for name in "abc"]

    await announce(**{called.id: (3, 2, 1), unanswered.id: (4, 0, 0)})
    group = await told(desk, called.id, 3)
    listed = (await desk.groups()).groups

    assert shown(group) == (66.67, 50.0, 3)
    assert [shown(each) for each in listed[:2]] == [(66.67, 50.0, 3), (0.0, None, 4)]
    assert not listed[2].HasField("performance")
    assert (group.etag, group.updated_at) == (called.etag, called.updated_at)
    assert listed[2] == quiet


async def test_the_latest_figures_count_and_the_listing_repeats_them(
    desk: Desk,
    db: Database,
    feed_of_analytics: grpc.aio.Channel,
    announce: Announce,
) -> None:
    group = await desk.create_group("VIP")
    for calls in (5, 6, 7):
        await announce(**{group.id: (calls, 1, 0)})
    async with performance.following(feed_of_analytics, db).running():
        first = await told(desk, group.id, 7)

    await _forget_position(db)
    async with performance.following(feed_of_analytics, db).running():
        await announce(**{group.id: (8, 1, 0)})
        again = await told(desk, group.id, 8)

    assert (shown(first), shown(again)) == ((14.29, 0.0, 7), (12.5, 0.0, 8))


async def test_the_consumer_goes_on_from_where_it_was(
    desk: Desk,
    db: Database,
    feed_of_analytics: grpc.aio.Channel,
    announce: Announce,
) -> None:
    """What was announced while nobody followed is not lost."""
    group = await desk.create_group("VIP")
    async with performance.following(feed_of_analytics, db).running():
        await announce(**{group.id: (1, 1, 1)})
        await told(desk, group.id, 1)
    await announce(**{group.id: (2, 1, 1)})
    meanwhile = await desk.get_group(group.id)

    async with performance.following(feed_of_analytics, db).running():
        done = await told(desk, group.id, 2)

    assert (shown(meanwhile), shown(done)) == ((100.0, 100.0, 1), (50.0, 100.0, 2))


async def test_groups_are_sorted_by_their_answer_rate_and_those_without_calls_come_last(
    desk: Desk, following: Consumer, announce: Announce
) -> None:
    """G-14: in either direction, page after page, equal ones in the order of their making."""
    names = ("third", "half", "silent", "all", "also half", "quiet", "mute")
    group = {name: (await desk.create_group(name)).id for name in names}
    await announce(
        **{
            group["third"]: (3, 1, 1),
            group["half"]: (2, 1, 0),
            group["all"]: (1, 1, 1),
            group["also half"]: (8, 4, 4),
            group["mute"]: (5, 0, 0),
        }
    )
    await told(desk, group["mute"], 5)

    rising = await _pages(desk, page_pb2.SORT_DIRECTION_ASC)
    falling = await _pages(desk, page_pb2.SORT_DIRECTION_DESC)

    assert rising == ["mute", "third", "half", "also half", "all", "silent", "quiet"]
    assert falling == ["all", "also half", "half", "third", "mute", "quiet", "silent"]


async def test_staff_see_the_performance_of_the_groups_they_see(
    desk: Desk,
    staff: Desk,
    following: Consumer,
    announce: Announce,
) -> None:
    """Ruling 8: rates and calls are for everybody who sees the group."""
    group = await desk.create_group("VIP")
    hidden = await desk.create_group("Board", visibility=group_pb2.VISIBILITY_ADMINS_ONLY)
    await announce(**{group.id: (4, 3, 3), hidden.id: (9, 9, 9)})
    await told(desk, hidden.id, 9)

    (seen,) = (await staff.groups(sort_by=pb.GROUP_SORT_PERFORMANCE)).groups

    assert (seen.id, shown(seen)) == (group.id, (75.0, 100.0, 4))


async def test_another_tenants_announcement_changes_nothing(
    desk: Desk,
    stranger: Desk,
    figures: Database,
    following: Consumer,
    announce: Announce,
) -> None:
    """Their event may name our group: it is looked for among their own."""
    group, theirs = await desk.create_group("VIP"), await stranger.create_group("Theirs")
    async with figures.transaction(stranger.person.caller) as tx:
        said = [
            events.GroupPerformanceChanged(UUID(each), 2, 2, 2, None)
            for each in (group.id, theirs.id)
        ]
        await outbox.append(tx, *said)
    await told(stranger, theirs.id, 2)

    assert not (await desk.get_group(group.id)).HasField("performance")


async def _pages(desk: Desk, direction: page_pb2.SortDirection.ValueType) -> list[str]:
    asked = {"sort_by": pb.GROUP_SORT_PERFORMANCE, "sort_direction": direction, "page_size": 2}
    page = await desk.groups(**asked)
    found = list(page.groups)
    while token := page.pagination.next_page_token:
        page = await desk.groups(page_token=token, **asked)
        found += page.groups
    assert len(ids(found)) == page.pagination.total_groups
    return [each.name for each in found]


async def _forget_position(db: Database) -> None:
    """The feed will be listed from its beginning."""
    async with db.transaction(Caller.service(None)) as tx:
        await tx.execute(delete(feed_positions).where(feed_positions.c.source == "analytics"))
