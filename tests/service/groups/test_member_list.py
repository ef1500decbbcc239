"""Member lists over gRPC: every order, filter and page."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids, refused
from vio.groups.v1 import group_pb2, page_pb2, selection_pb2
from vio.groups.v1 import member_service_pb2 as pb

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)
FIELDS: dict[int, str] = {
    pb.MEMBER_SORT_NAME: "name",
    pb.MEMBER_SORT_APPOINTMENT_TIME: "appointment_time",
    pb.MEMBER_SORT_ADDED_TO_GROUP: "date_added_to_group",
    pb.MEMBER_SORT_LAST_CONTACT: "last_contact_time",
    pb.MEMBER_SORT_CALL_ATTEMPTS: "call_attempts",
    pb.MEMBER_SORT_APPOINTMENT_STATUS: "appointment_status",
}
STATUSES = ("pending", "confirmed", "no_show")


async def crowd(contacts: Contacts) -> list[UUID]:
    """23 contacts with ties and gaps in every column that sorts."""
    return [
        await contacts.one(
            f"Person {n % 7}",
            appointment_time=None if n % 5 == 0 else NOON + timedelta(hours=n % 4),
            appointment_status=STATUSES[n % 3],
            call_attempts=n % 3,
            last_contact_time=None if n % 3 == 0 else NOON - timedelta(days=n % 4),
        )
        for n in range(23)
    ]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", FIELDS)
async def test_every_order_lists_every_member_once_with_gaps_last(
    desk: Desk, contacts: Contacts, sort: Any, descending: bool
) -> None:
    """M-06, M-07, M-13."""
    people = await crowd(contacts)
    group = await desk.create_group("Crowd", initial_contact_ids=map(str, people[:12]))
    await desk.add(group.id, *people[12:])
    way = page_pb2.SORT_DIRECTION_DESC if descending else page_pb2.SORT_DIRECTION_ASC
    asked = {"sort_by": sort, "sort_direction": way, "page_size": 4}

    listed = await desk.everyone(group.id, **asked)
    numbered = [
        member
        for n in range(1, 7)
        for member in (await desk.members(group.id, page=n, **asked)).members
    ]

    assert sorted(ids(listed)) == sorted(people)
    assert ids(numbered) == ids(listed)
    values = [_value(member, FIELDS[sort]) for member in listed]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=descending)
    keyed = zip(values, ids(listed), strict=True)
    for (value, person), (following, next_person) in pairwise(keyed):
        assert value != following or (person > next_person) == descending


def _value(member: Any, field: str) -> Any:
    if field == "appointment_status":
        return group_pb2.AppointmentStatus.Name(member.appointment_status)
    value = getattr(member, field)
    if not hasattr(value, "ToNanoseconds"):
        return value
    return value.ToNanoseconds() if member.HasField(field) else None


async def test_a_page_says_where_it_stands(desk: Desk, contacts: Contacts) -> None:
    """M-02, M-03."""
    people = await contacts.make("Anna", "Ben", "Andrew", appointment_status="pending")
    people += await contacts.make("Dora", appointment_status="confirmed")
    group = await desk.create_group("VIP", description="best", initial_contact_ids=map(str, people))

    page = await desk.members(group.id, page=2, page_size=1, status_filter=2, search="a")

    assert (page.group_info.name, page.group_info.description) == ("VIP", "best")
    assert page.group_info.total_members == 4
    place = page.pagination
    assert (place.current_page, place.page_size, place.total_pages) == (2, 1, 2)
    assert place.total_members == 2
    assert [member.name for member in page.members] == ["Anna"]
    applied = page.filters_applied
    assert applied.status_filter == group_pb2.APPOINTMENT_STATUS_PENDING
    assert applied.search_term == "a"
    assert applied.sort_by == pb.MEMBER_SORT_NAME
    assert applied.sort_direction == page_pb2.SORT_DIRECTION_ASC
    assert applied.sentence == "pending, matching “a”"


async def test_pages_are_counted_by_tokens_too(desk: Desk, contacts: Contacts) -> None:
    people = await contacts.many(5)
    group = await desk.create_group("VIP", initial_contact_ids=map(str, people))

    first = (await desk.members(group.id, page_size=2)).pagination
    second = (
        await desk.members(group.id, page_size=2, page_token=first.next_page_token)
    ).pagination
    last = (await desk.members(group.id, page_size=2, page_token=second.next_page_token)).pagination

    assert [each.current_page for each in (first, second, last)] == [1, 2, 3]
    assert [each.total_members for each in (first, second, last)] == [5, 5, 5]
    assert [each.total_pages for each in (first, second, last)] == [3, 3, 3]
    assert last.next_page_token == ""


async def test_a_member_shows_how_it_came_and_where_else_it_is(
    desk: Desk, contacts: Contacts
) -> None:
    """M-04, M-10, M-11."""
    anna = await contacts.one(
        "Anna",
        email="anna@example.com",
        appointment_type="Checkup",
        call_attempts=3,
        answered_calls=1,
    )
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])
    other = await desk.create_group("Other", icon="⭐", initial_contact_ids=[str(anna)])

    (member,) = (await desk.members(group.id)).members

    assert (member.name, member.phone, member.email) == (
        "Anna",
        "+12125550100",
        "anna@example.com",
    )
    assert member.appointment_status == group_pb2.APPOINTMENT_STATUS_UNKNOWN
    assert member.appointment_type == "Checkup"
    assert not member.HasField("appointment_time")
    assert not member.HasField("owner_name")
    assert list(member.other_groups) == ["Other"]
    assert [(ref.id, ref.icon) for ref in member.other_group_refs] == [(other.id, "⭐")]
    assert member.call_success_rate == 33.33
    assert member.date_added_to_group.ToSeconds() >= group.created_at.ToSeconds()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ann", {"Anna Müller", "Johanna Grün"}),
        ("MULLER", {"Anna Müller"}),
        ("555-0123", {"Johanna Grün"}),
        ("(212) 555", {"Anna Müller", "Johanna Grün", "Bob 100%"}),
        ("@clinic", {"Anna Müller"}),
        ("checkup", {"Bob 100%"}),
        ("jo", {"Johanna Grün"}),
        ("oh", set()),
        ("%", set()),
        ("0%", set()),
        ("100%", {"Bob 100%"}),
        ("b_b", set()),
        ("\\", set()),
        ("nobody", set()),
    ],
)
async def test_search_takes_text_literally(
    desk: Desk, contacts: Contacts, search: str, found: set[str]
) -> None:
    """M-09."""
    people = [
        await contacts.one("Anna Müller", email="anna@clinic.example"),
        await contacts.one("Johanna Grün", phone="+12125550123"),
        await contacts.one("Bob 100%", appointment_type="Checkup"),
    ]
    group = await desk.create_group("VIP", initial_contact_ids=map(str, people))

    page = await desk.members(group.id, search=search)

    assert {member.name for member in page.members} == found
    assert page.pagination.total_members == len(found)


async def test_the_selections_filters_narrow_a_group(desk: Desk, contacts: Contacts) -> None:
    """M-08, M-14."""
    early = await contacts.one("Early", appointment_time=NOON, owner_name="Dr. Smith")
    late = await contacts.one("Late", appointment_time=NOON + timedelta(days=9), call_attempts=2)
    never = await contacts.one("Never")
    group = await desk.create_group("All", initial_contact_ids=map(str, (early, late, never)))
    other = await desk.create_group("Other", initial_contact_ids=[str(late)])

    async def names(**fields: Any) -> list[str]:
        return [member.name for member in (await desk.members(group.id, **fields)).members]

    assert await names(appointment_from=NOON, appointment_to=NOON + timedelta(days=1)) == ["Early"]
    assert await names(call_result=selection_pb2.CALL_RESULT_NEVER_CALLED) == ["Early", "Never"]
    assert await names(provider="dr. smith") == ["Early"]
    assert await names(any=[other.id]) == ["Late"]
    assert await names(none=[other.id]) == ["Early", "Never"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"page_size": -1}, "INVALID_PAGE_SIZE"),
        ({"page": -3}, "INVALID_PAGE"),
        ({"page": 101, "page_size": 100}, "PAGE_TOO_DEEP"),
        ({"page_token": "nonsense"}, "INVALID_PAGE_TOKEN"),
        ({"sort_by": 77}, "INVALID_CHOICE"),
        ({"status_filter": 77}, "INVALID_CHOICE"),
        ({"search": "x" * 101}, "TOO_LONG"),
        ({"search": "\x00"}, "UNPRINTABLE"),
        ({"group_id": "nonsense"}, "INVALID_ID"),
        ({"any": ["nonsense"]}, "INVALID_ID"),
        ({"any": ["018f0000-0000-7000-8000-00000000dead"]}, "GROUP_NOT_FOUND"),
        ({"appointment": 1, "appointment_from": NOON}, "DATES_TWICE"),
    ],
)
async def test_a_listing_out_of_its_rules_is_refused(
    desk: Desk, fields: dict[str, Any], reason: str
) -> None:
    group = await desk.create_group("VIP")
    request = pb.ListMembersRequest(**{"group_id": group.id} | fields)

    assert (await refused(desk.call("ListMembers", request))).reason == reason


async def test_the_10000th_row_can_be_asked_by_page_number(desk: Desk) -> None:
    """M-13."""
    group = await desk.create_group("VIP")

    page = await desk.members(group.id, page=100, page_size=100)

    assert page.pagination.current_page == 100


async def test_a_huge_page_is_cut_to_100_and_says_so(desk: Desk) -> None:
    group = await desk.create_group("VIP")

    assert (await desk.members(group.id, page_size=5000)).pagination.page_size == 100


async def test_a_token_serves_its_own_question_and_caller_only(
    desk: Desk, staff: Desk, contacts: Contacts
) -> None:
    people = await contacts.many(3)
    group = await desk.create_group("VIP", initial_contact_ids=map(str, people))
    token = (await desk.members(group.id, page_size=2)).pagination.next_page_token

    for other in (
        desk.members(group.id, page_token=token, search="person"),
        desk.members(group.id, page_token=token[:-2] + "AA"),
        desk.members(group.id, page_token=token, sort_direction=2),
        staff.members(group.id, page_token=token),
    ):
        assert (await refused(other)).reason == "INVALID_PAGE_TOKEN"
