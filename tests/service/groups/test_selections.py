"""Selections against the algebra of sets, and kept for later."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.selections import CallResult, Selection
from services.groups.store import selections as store
from services.groups.store import tables
from services.groups.store.selections import Manner
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from vio.groups.v1 import group_pb2, selection_pb2
from vio.groups.v1 import member_service_pb2 as members_pb
from vio.groups.v1 import selection_service_pb2 as pb

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)
FIRST_NAMES = ("Anna", "Ännchen", "Bob", "hannah", "Carl")
PROVIDERS = ("Dr. Smith", "Dr. Jones", None)


@dataclass(frozen=True)
class Known:
    """A contact as the test knows it."""

    id: UUID
    name: str
    groups: frozenset[UUID]
    status: str
    at: datetime | None
    calls: int
    failed: bool
    provider: str | None


@dataclass(frozen=True)
class World:
    people: list[Known]
    shown: list[UUID]
    hidden: UUID
    viewers: dict[str, Caller]


@dataclass(frozen=True)
class Found:
    id: UUID
    sort_key: str


@pytest.fixture
async def world(desk: Desk, staff: Desk, contacts: Contacts) -> World:
    """40 contacts in three groups for all and one for administrators, many in several."""
    groups = [(await desk.create_group(f"Group {n}")).id for n in range(3)]
    groups.append((await desk.create_group("H", visibility=group_pb2.VISIBILITY_ADMINS_ONLY)).id)
    people = []
    for n in range(40):
        calls, status = n % 3, list(AppointmentStatus)[n % 4].value
        at = None if n % 4 == 0 else NOON + timedelta(hours=n)
        name, provider = f"{FIRST_NAMES[n % 5]} {n % 8}", PROVIDERS[n % 3]
        theirs = frozenset(UUID(g) for bit, g in enumerate(groups) if (n * 7) % 16 >> bit & 1)
        contact_id = await contacts.one(
            name,
            appointment_status=status,
            appointment_time=at,
            call_attempts=calls,
            last_call_failed=n % 2 == 0,
            owner_name=provider,
        )
        people.append(Known(contact_id, name, theirs, status, at, calls, n % 2 == 0, provider))
    for group in groups:
        inside = [each.id for each in people if UUID(group) in each.groups]
        await desk.add(group, *inside)
    *shown, hidden = map(UUID, groups)
    viewers = {"admin": desk.person.caller, "staff": staff.person.caller}
    return World(people, shown, hidden, viewers)


def matches(one: Known, asked: Selection, seen: frozenset[UUID]) -> bool:
    """The meaning of a selection, said a second time without SQL."""
    groups = one.groups & seen
    grouped = (not asked.any or groups & set(asked.any)) and groups >= set(asked.all)
    if asked.ungrouped:
        grouped = not groups or (bool(asked.any or asked.all) and grouped)
    never, failed = one.calls == 0, one.calls > 0 and one.failed
    wanted: dict[CallResult | None, bool] = {
        None: True,
        CallResult.NEVER_CALLED: never,
        CallResult.FAILED: failed,
        CallResult.NEEDS_CALL: never or failed,
    }
    start, end = asked.appointment_from, asked.appointment_to
    return all(
        (
            grouped,
            not groups & set(asked.none),
            not asked.status or one.status in asked.status,
            start is None or (one.at is not None and one.at >= start),
            end is None or (one.at is not None and one.at < end),
            wanted[asked.call_result],
            not asked.provider or (one.provider or "").lower() == asked.provider.lower(),
            not asked.search or asked.search in one.name.lower().replace("ä", "a"),
            not asked.ids or one.id in asked.ids,
            one.id not in asked.except_ids,
        )
    )


def selections_of(world: World, groups: list[UUID]) -> some.SearchStrategy[Selection]:
    """Every combination of clauses over the groups that the viewer sees."""
    several = some.lists(some.sampled_from(groups), max_size=2, unique=True).map(tuple)
    people = [each.id for each in world.people]
    chosen = some.lists(some.sampled_from(people), max_size=30, unique=True).map(tuple)
    moments = some.none() | some.integers(-5, 50).map(lambda hours: NOON + timedelta(hours=hours))
    return some.builds(
        Selection,
        any=several,
        all=several,
        none=several,
        ungrouped=some.booleans(),
        status=some.lists(some.sampled_from(AppointmentStatus), max_size=2).map(tuple),
        appointment_from=moments,
        appointment_to=moments,
        call_result=some.none() | some.sampled_from(CallResult),
        provider=some.sampled_from(["", "", "dr. smith"]),
        search=some.sampled_from(["", "", "ann", "bob", "hannah 3", "nobody"]),
        ids=some.just(()) | chosen,
        except_ids=some.just(()) | chosen,
    )


@pytest.mark.parametrize("role", ["admin", "staff"])
@pytest.mark.parametrize("broad", [False, True])
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=some.data())
async def test_every_selection_means_what_set_algebra_says(
    db: Database, world: World, role: str, broad: bool, draw: some.DataObject
) -> None:
    """F-02 to F-08, F-14, F-15, M-13: the total, and the union of all pages."""
    groups = world.shown + ([world.hidden] if role == "admin" else [])
    asked = draw.draw(selections_of(world, groups))
    expected = {each.id for each in world.people if matches(each, asked, frozenset(groups))}
    manner = Manner(broad=broad)

    async with db.transaction(world.viewers[role]) as tx:
        total = await store.total(tx, asked, manner)
        found = await pages(tx, asked, manner)

    assert total.count == len(expected)
    assert len(found) == len(set(found))
    assert set(found) == expected


async def pages(tx: Any, asked: Selection, manner: Manner) -> list[UUID]:
    """All contacts that match, seven at a time."""
    columns = (tables.contacts.c.id, tables.contacts.c.sort_key)
    found: list[Found] = []
    after = None
    while True:
        page = await store.page(tx, Found, columns, asked, manner, 7, after=after)
        found += page
        if len(page) < 7:
            break
        after = (page[-1].sort_key, page[-1].id)
    assert [each.sort_key for each in found] == sorted(each.sort_key for each in found)
    return [each.id for each in found]


async def test_a_kept_selection_is_acted_on_as_it_was_seen(desk: Desk, contacts: Contacts) -> None:
    """F-16."""
    await contacts.make("Carl", "Anna", "Ben", appointment_status="pending")
    group = await desk.create_group("Pending")
    asked = selection_pb2.Selection(status=[group_pb2.APPOINTMENT_STATUS_PENDING])

    kept = await desk.call("CreateSelection", pb.CreateSelectionRequest(selection=asked))
    request = members_pb.AddMembersRequest(group_id=group.id, selection_token=kept.selection_token)
    added = await desk.call("AddMembers", request)

    assert (kept.count, kept.sentence) == (3, "pending")
    assert [each.name for each in kept.sample] == ["Anna", "Ben", "Carl"]
    assert kept.expires_at.ToSeconds() - group.created_at.ToSeconds() in range(3590, 3700)
    assert added.contacts_added == 3


async def test_a_selection_that_changed_is_refused_with_both_counts(
    desk: Desk, contacts: Contacts
) -> None:
    """F-16."""
    await contacts.make("Anna", "Ben")
    group = await desk.create_group("All")
    kept = await desk.call("CreateSelection", pb.CreateSelectionRequest())
    await contacts.one("Carl")

    failure = await refused(
        desk.call(
            "AddMembers",
            members_pb.AddMembersRequest(group_id=group.id, selection_token=kept.selection_token),
        )
    )

    assert (failure.code.name, failure.reason) == ("ABORTED", "COUNT_CHANGED")
    assert (failure.facts["expected"], failure.facts["found"]) == ("2", "3")
    assert (await desk.get_group(group.id)).contact_count == 0


async def test_a_kept_selection_belongs_to_its_person(
    desk: Desk, stranger: Desk, contacts: Contacts
) -> None:
    await contacts.one("Anna")
    kept = await desk.call("CreateSelection", pb.CreateSelectionRequest())
    theirs = await stranger.create_group("Theirs")
    request = members_pb.AddMembersRequest(group_id=theirs.id, selection_token=kept.selection_token)

    failure = await refused(stranger.call("AddMembers", request))

    assert (failure.code.name, failure.reason) == ("FAILED_PRECONDITION", "SELECTION_EXPIRED")


async def test_a_hidden_group_can_not_be_selected_by(desk: Desk, staff: Desk) -> None:
    """F-14."""
    hidden = await desk.create_group("H", visibility=group_pb2.VISIBILITY_ADMINS_ONLY)
    for group_id in (hidden.id, str(uuid4())):
        for asked in (
            selection_pb2.Selection(any=[group_id]),
            selection_pb2.Selection(all=[group_id]),
            selection_pb2.Selection(none=[group_id]),
        ):
            request = pb.CreateSelectionRequest(selection=asked)
            assert (await refused(staff.call("CreateSelection", request))).reason == (
                "GROUP_NOT_FOUND"
            )


async def test_more_than_a_thousand_are_refused_with_their_number(
    desk: Desk, contacts: Contacts
) -> None:
    """L-09, B-05."""
    await contacts.bulk(1001)
    group = await desk.create_group("All")
    everybody = members_pb.AddMembersRequest(group_id=group.id, selection=selection_pb2.Selection())

    failure = await refused(desk.call("AddMembers", everybody))

    assert (failure.reason, failure.facts["count"]) == ("TOO_MANY_CONTACTS", "1001")
    assert (await desk.get_group(group.id)).contact_count == 0


async def test_a_search_counts_to_10000_and_says_so(desk: Desk, contacts: Contacts) -> None:
    """Ruling 3."""
    await contacts.bulk(10_020)
    asked = selection_pb2.Selection(search="bulk")

    kept = await desk.call("CreateSelection", pb.CreateSelectionRequest(selection=asked))
    exact = await desk.call("CreateSelection", pb.CreateSelectionRequest())

    assert (kept.count, kept.count_is_capped) == (10_000, True)
    assert [each.name for each in kept.sample] == [f"Bulk {n:05}" for n in range(5)]
    assert (exact.count, exact.count_is_capped) == (10_020, False)
