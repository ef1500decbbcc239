"""What analytics announces, so that groups can be sorted by how they do."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from services.analytics.domain.events import GroupPerformanceChanged
from services.analytics.feed.announcer import Announcer
from services.analytics.usecases import announcing
from services.chassis.db import Database
from tests.service.analytics.world import (
    NEW_YORK,
    NINE,
    World,
    call,
    confirming,
    group,
    joined,
    people,
)
from vio.analytics.v1.events_pb2 import GroupPerformanceChanged as Message


async def outbox_of(world: World) -> list[Message]:
    async with world.db.transaction(world.caller) as tx:
        rows = await tx.fetch_values(text("select payload from outbox order by id"))
    return [Message.FromString(row) for row in rows]


async def test_changed_figures_are_announced_once(db: Database, world: World) -> None:
    anna, ben = people(2)
    vips, quiet = group(), group("quiet")
    await world.learn(NEW_YORK, vips, quiet, joined(vips.id, anna, ben))
    await world.learn(confirming(anna), call(ben), call(ben, at=NINE - timedelta(days=31)))

    first = await announcing.announce(db, world.tenant_id)
    again = await announcing.announce(db, world.tenant_id)

    assert (first, again) == (1, 0)
    (event,) = await outbox_of(world)
    assert event.group_id == str(vips.id)
    assert (event.total_calls, event.answered_calls, event.confirmed_calls) == (2, 1, 1)
    assert event.performance_score > 0


async def test_the_listing_is_what_was_announced_last(db: Database, world: World) -> None:
    (anna,) = people(1)
    vips = group()
    await world.learn(NEW_YORK, vips, joined(vips.id, anna), call(anna))
    await announcing.announce(db, world.tenant_id)
    await world.learn(confirming(anna))
    await announcing.announce(db, world.tenant_id)

    async with db.transaction(world.caller) as tx:
        listed = [each async for each in announcing.list_history(tx)]

    (event,) = listed
    assert isinstance(event, GroupPerformanceChanged)
    assert (event.group_id, event.total_calls, event.confirmed_calls) == (vips.id, 2, 1)


async def test_the_announcer_looks_at_whom_something_was_learned_of(
    db: Database, world: World
) -> None:
    (anna,) = people(1)
    vips = group()
    announcer = Announcer(db, pause=0.05)
    async with announcer.running():
        await world.learn(NEW_YORK, vips, joined(vips.id, anna), confirming(anna))
        announcer.learned(world.tenant_id)
        async with asyncio.timeout(10):
            while not (announced := await outbox_of(world)):
                await asyncio.sleep(0.02)

    assert [each.group_id for each in announced] == [str(vips.id)]
