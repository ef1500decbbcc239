"""Sums stay exact, whatever order the feeds arrive in."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.domain.facts import Fact, Mood
from services.chassis.db import Database
from tests.service.analytics.world import (
    NEW_YORK,
    NINE,
    World,
    call,
    confirming,
    contact,
    group,
    joined,
    left,
    people,
)

DAY = timedelta(days=1)


async def test_a_call_counts_for_the_groups_of_its_moment(world: World) -> None:
    """A-12."""
    (anna,) = people(1)
    before, after = group("before"), group("after")
    await world.learn(NEW_YORK, before, after)
    await world.learn(
        joined(before.id, anna, at=NINE - 10 * DAY),
        left(before.id, anna, at=NINE - 5 * DAY),
        joined(after.id, anna, at=NINE - 3 * DAY),
    )

    await world.learn(
        call(anna, at=NINE - 6 * DAY), call(anna, at=NINE - 4 * DAY), call(anna, at=NINE - 2 * DAY)
    )

    sums = await world.sums()
    assert [row[:3] for row in sums["group_days"]] == sorted(
        [
            (f"group_id={before.id}", "day=2026-09-09", "calls=1"),
            (f"group_id={after.id}", "day=2026-09-13", "calls=1"),
        ]
    )
    assert [row[1:] for row in sums["tenant_days"]] == [
        ("calls=1", "answered=0", "confirmed=0", "in_no_group=0", "in_several=0"),
        ("calls=1", "answered=0", "confirmed=0", "in_no_group=1", "in_several=0"),
        ("calls=1", "answered=0", "confirmed=0", "in_no_group=0", "in_several=0"),
    ]


async def test_a_call_that_arrives_before_its_membership_is_attributed_later(
    world: World,
) -> None:
    (anna,) = people(1)
    vips = group()
    await world.learn(confirming(anna, at=NINE - DAY))
    before = await world.sums()

    await world.learn(NEW_YORK, vips, joined(vips.id, anna, at=NINE - 2 * DAY))

    assert before["group_days"] == []
    assert len((await world.sums())["group_days"]) == 1


async def test_a_later_version_replaces_what_was_counted(world: World) -> None:
    (anna,) = people(1)
    vips = group()
    first = call(anna)
    await world.learn(NEW_YORK, vips, joined(vips.id, anna), first)

    known = confirming(anna, attempt_id=first.attempt_id, version=2, at=first.dialled_at)
    await world.learn(known)
    await world.learn(first)

    (row,) = (await world.sums())["group_days"]
    assert row[2:5] == ("calls=1", "answered=1", "confirmed=1")


async def test_learning_again_what_is_known_changes_nothing(world: World) -> None:
    """A listing and the changes after it overlap."""
    anna, ben = people(2)
    vips = group()
    facts: list[Fact] = [
        NEW_YORK,
        vips,
        joined(vips.id, anna, ben, at=NINE - 9 * DAY),
        left(vips.id, ben, at=NINE - 2 * DAY),
        contact(anna, "confirmed", appointment_time=NINE - DAY),
        confirming(anna),
        call(ben, at=NINE - 3 * DAY),
    ]
    await world.learn(*facts)
    once = await world.sums()

    await world.learn(*facts)
    await world.learn_each(facts)

    assert await world.sums() == once


async def test_a_call_of_many_groups_counts_in_each_and_once_in_all(world: World) -> None:
    (anna,) = people(1)
    vips, regulars = group("VIP"), group("regulars")
    await world.learn(NEW_YORK, vips, regulars)
    await world.learn(joined(vips.id, anna), joined(regulars.id, anna), call(anna))

    sums = await world.sums()

    assert len(sums["group_days"]) == 2
    assert sums["tenant_days"][0][1:] == (
        "calls=1",
        "answered=0",
        "confirmed=0",
        "in_no_group=0",
        "in_several=1",
    )


async def test_another_zone_moves_calls_to_other_days(world: World) -> None:
    """Half past midnight in UTC is the evening before in New York."""
    (anna,) = people(1)
    vips = group()
    at = NINE.replace(hour=0, minute=30)
    await world.learn(vips, joined(vips.id, anna), call(anna, at=at))
    in_utc = [row[1] for row in (await world.sums())["group_days"]]

    await world.learn(NEW_YORK)

    assert in_utc == ["day=2026-09-15"]
    assert [row[1] for row in (await world.sums())["group_days"]] == ["day=2026-09-14"]


async def test_deleted_contacts_are_no_members(world: World) -> None:
    anna, ben = people(2)
    vips = group()
    await world.learn(NEW_YORK, vips, joined(vips.id, anna, ben), contact(anna), contact(ben))

    await world.learn(contact(ben, deleted_at=NINE))

    assert [row[1:] for row in (await world.sums())["group_members"]] == [
        ("status=pending", "has_appointment=False", "members=1")
    ]


async def test_tenants_are_summed_apart(db: Database) -> None:
    (anna,) = people(1)
    vips = group()
    ours, theirs = World(db), World(db)
    await ours.learn(NEW_YORK, vips, joined(vips.id, anna))
    await theirs.learn(NEW_YORK, group())

    await theirs.learn(call(anna))

    assert (await ours.sums())["tenant_days"] == []
    assert (await theirs.sums())["group_days"] == []


ANNA, BEN, CARL = people(3)
VIPS, REGULARS, NEW = group("VIP"), group("regulars"), group("new")
FIRST, SECOND = call(ANNA, at=NINE - 6 * DAY), call(BEN, at=NINE - 4 * DAY)
FROM_GROUPS: list[Fact] = [
    NEW_YORK,
    VIPS,
    contact(ANNA, "pending", appointment_time=NINE - 3 * DAY),
    joined(VIPS.id, ANNA, BEN, at=NINE - 9 * DAY),
    REGULARS,
    joined(REGULARS.id, BEN, CARL, at=NINE - 8 * DAY),
    left(VIPS.id, ANNA, at=NINE - 5 * DAY),
    contact(BEN, "confirmed"),
    joined(NEW.id, ANNA, CARL, at=NINE - 5 * DAY),
    joined(VIPS.id, ANNA, at=NINE - 2 * DAY),
    contact(ANNA, "completed", appointment_time=NINE - 3 * DAY),
    left(REGULARS.id, CARL, at=NINE - DAY),
    contact(CARL, deleted_at=NINE),
]
FROM_CAMPAIGNS: list[Fact] = [
    FIRST,
    confirming(BEN, at=NINE - 8 * DAY, mood=Mood.NEGATIVE),
    confirming(ANNA, attempt_id=FIRST.attempt_id, version=2, at=FIRST.dialled_at),
    SECOND,
    call(ANNA, at=NINE - 3 * DAY, is_retry=True, answered=True, cancelled=True),
    call(CARL, at=NINE - 30 * DAY),
    confirming(CARL, at=NINE - 2 * DAY),
    call(ANNA, at=NINE - DAY, counts=False),
    call(BEN, attempt_id=SECOND.attempt_id, version=3, at=SECOND.dialled_at, answered=True),
]


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    turns=st.lists(st.booleans(), min_size=22, max_size=22),
    sizes=st.lists(st.integers(1, 6), min_size=22, max_size=22),
)
async def test_any_interleaving_of_the_feeds_gives_the_same_sums(
    turns: list[bool], sizes: list[int], db: Database
) -> None:
    """Ruling 8: rebuilt equals incremental, in whatever order the two feeds come."""
    at_once, interleaved = World(db), World(db)
    await at_once.learn(*FROM_GROUPS, *FROM_CAMPAIGNS)
    feeds = {True: FROM_GROUPS, False: FROM_CAMPAIGNS}
    for turn, size in zip(turns, sizes, strict=True):
        batch, feeds[turn] = feeds[turn][:size], feeds[turn][size:]
        await interleaved.learn(*batch)
    await interleaved.learn_each(feeds[False] + feeds[True])

    assert await interleaved.sums() == await at_once.sums()
