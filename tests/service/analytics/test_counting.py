"""The figures against a naive count over everything that ever happened."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.facts import Call, Fact, Moved
from services.analytics.domain.groups import Group
from services.analytics.domain.tallies import Calls, Members, People
from services.analytics.usecases import figures
from services.chassis.caller import Caller, Role
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.analytics.world import NEW_YORK, NINE, World, call, group, joined, left, people

PEOPLE = people(3)
GROUPS = [group(name) for name in ("one", "two")]

# Every six hours of two weeks, before now: often the same moment, often out of the period.
moments = st.integers(1, 56).map(lambda number: 6 * number)
moves = st.tuples(moments, st.sampled_from(PEOPLE), st.sampled_from(GROUPS), st.booleans())
made = st.tuples(moments, st.sampled_from(PEOPLE), st.booleans(), st.booleans())


@dataclass(slots=True)
class Naive:
    """Counts by looking at every call and every move."""

    moves: Sequence[Moved]
    calls: Sequence[Call]
    days: int
    period: Sequence[Call] = field(init=False)

    def __post_init__(self) -> None:
        start = (NINE - timedelta(days=self.days - 1)).replace(hour=4)
        self.period = [each for each in self.calls if each.dialled_at >= start]

    def was_in(self, contact_id: UUID, group_id: UUID, hours_ago: float) -> bool:
        at = NINE - timedelta(hours=hours_ago)
        known = [
            move
            for move in self.moves
            if move.group_id == group_id and contact_id in move.contact_ids and move.at <= at
        ]
        return bool(known) and max(known, key=lambda move: move.at).joined

    def of(self, group_id: UUID) -> list[Call]:
        return [
            each
            for each in self.period
            if self.was_in(each.contact_id, group_id, (NINE - each.dialled_at) / timedelta(hours=1))
        ]

    def tally(self, group_id: UUID) -> tuple[Calls, People, Members]:
        calls = self.of(group_id)
        members = {each for each in PEOPLE if self.was_in(each, group_id, 0)}
        return (
            Calls(
                total=len(calls),
                answered=sum(each.answered for each in calls),
                confirmed=sum(each.confirmed for each in calls),
            ),
            People(
                len({each.contact_id for each in calls}),
                len({each.contact_id for each in calls if each.answered}),
            ),
            Members(
                total=len(members),
                contacted=len(members & {each.contact_id for each in self.period}),
            ),
        )


@settings(max_examples=40)
@given(
    moved=st.lists(moves, min_size=4, max_size=12, unique_by=lambda each: each[0]),
    called=st.lists(made, min_size=8, max_size=20),
    days=st.sampled_from([7, 30]),
    chance=st.randoms(use_true_random=False),
)
async def test_the_figures_equal_a_naive_count(
    moved: list[tuple[int, UUID, Group, bool]],
    called: list[tuple[int, UUID, bool, bool]],
    days: int,
    chance: Random,
    db: Database,
) -> None:
    """Ruling 8: exact, in any order, in the tenant's days."""
    world = World(db)
    move_facts = [_move(*each) for each in moved]
    call_facts = [_call(*each) for each in called]
    facts: list[Fact] = [NEW_YORK, *GROUPS, *move_facts, *call_facts]
    chance.shuffle(facts)

    await world.learn_each(facts)

    admin = Caller(world.tenant_id, new_id(), Role.CLIENT_ADMIN)
    overview = await figures.of_all(db, admin, days)
    naive = Naive(move_facts, call_facts, days)
    for measured in overview.measured:
        tally = measured.tally
        found = (tally.calls, tally.people, tally.members)
        assert found == naive.tally(measured.group.id)
    assert overview.totals is not None
    per_call = Counter(
        each.attempt_id for each in call_facts for one in GROUPS if each in naive.of(one.id)
    )
    assert overview.totals.total == len(naive.period)
    assert overview.totals.in_several == sum(count > 1 for count in per_call.values())


def _move(hours_ago: int, contact_id: UUID, into: Group, joins: bool) -> Moved:
    at = NINE - timedelta(hours=hours_ago)
    return (joined if joins else left)(into.id, contact_id, at=at)


def _call(hours_ago: int, contact_id: UUID, answered: bool, confirmed: bool) -> Call:
    at = NINE - timedelta(hours=hours_ago)
    return call(contact_id, at=at, answered=answered, confirmed=answered and confirmed)
