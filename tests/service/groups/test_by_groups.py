"""Contacts by their groups: the plain filter, its reply, and what stays hidden in it."""

from typing import Any

import pytest

from services.chassis.db import Database
from services.groups.domain.tenants import Profile
from services.groups.store import tenants
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from vio.groups.v1 import audit_service_pb2, group_pb2
from vio.groups.v1 import contact_service_pb2 as pb

OR, AND, NOT = pb.FILTER_LOGIC_OR, pb.FILTER_LOGIC_AND, pb.FILTER_LOGIC_NOT


async def listed(desk: Desk, **fields: Any) -> pb.ListContactsResponse:
    answer: pb.ListContactsResponse = await desk.call(
        "ListContacts", pb.ListContactsRequest(**fields)
    )
    return answer


async def names(desk: Desk, **fields: Any) -> str:
    """The initials of the contacts found, in their order."""
    return "".join(each.name[0] for each in (await listed(desk, **fields)).contacts)


@pytest.fixture
async def groups(desk: Desk, contacts: Contacts) -> dict[str, str]:
    """Anna in A, Ben in A and B, Carl in B, Dora in the hidden one, Emil in none."""
    people = await contacts.make("Anna", "Ben", "Carl", "Dora", "Emil")
    anna, ben, carl, dora, _ = map(str, people)
    hidden = group_pb2.VISIBILITY_ADMINS_ONLY
    return {
        "A": (await desk.create_group("A", initial_contact_ids=[anna, ben])).id,
        "B": (await desk.create_group("B", initial_contact_ids=[ben, carl])).id,
        "H": (await desk.create_group("H", visibility=hidden, initial_contact_ids=[dora])).id,
    }


@pytest.mark.parametrize(
    ("logic", "ungrouped", "seeing_all", "others"),
    [
        (OR, False, "ABC", "ABC"),
        (AND, False, "B", "B"),
        (NOT, False, "DE", "DE"),
        (OR, True, "ABCE", "ABCDE"),
        (AND, True, "BE", "BDE"),
        (NOT, True, "DE", "DE"),
    ],
)
async def test_groups_combine_as_the_logic_says(
    desk: Desk,
    staff: Desk,
    groups: dict[str, str],
    logic: Any,
    ungrouped: bool,
    seeing_all: str,
    others: str,
) -> None:
    """F-02 to F-06, F-14: a hidden group counts as none for those it is hidden from."""
    asked = {"group_ids": [groups["A"], groups["B"]], "filter_logic": logic}

    assert await names(desk, include_ungrouped=ungrouped, **asked) == seeing_all
    assert await names(staff, include_ungrouped=ungrouped, **asked) == others


async def test_clauses_combine_and_no_groups_mean_everybody(
    desk: Desk, staff: Desk, groups: dict[str, str]
) -> None:
    """F-02, F-05, F-06, F-12."""
    assert await names(desk) == "ABCDE"
    assert await names(desk, include_ungrouped=True) == "E"
    assert await names(staff, include_ungrouped=True) == "DE"
    assert await names(desk, any=[groups["A"]], none=[groups["B"]]) == "A"
    assert await names(desk, all=[groups["A"], groups["B"]], search="ben") == "B"


async def test_the_reply_says_what_was_asked_and_carries_visible_groups(
    desk: Desk, staff: Desk, groups: dict[str, str]
) -> None:
    """F-09, F-10, F-11, M-18."""
    asked = {"group_ids": [groups["A"], groups["B"]], "page_size": 2, "search": "n"}

    page = await listed(desk, **asked)
    (dora,) = (await listed(desk, any=[groups["H"]])).contacts
    (unseen,) = (await listed(staff, search="dora")).contacts

    assert [each.name for each in page.contacts] == []
    applied = page.filters_applied
    assert list(applied.group_ids) == asked["group_ids"]
    assert (applied.filter_logic, applied.search_term) == (OR, "n")
    assert applied.sentence == "in A or B, matching “n”"
    assert page.query_performance.query_execution_time > 0
    assert not page.query_performance.results_cached
    assert [(ref.name, ref.color) for ref in dora.groups] == [("H", "#3B82F6")]
    assert (list(dora.group_ids), dora.group_count) == ([groups["H"]], 1)
    assert (list(unseen.groups), list(unseen.group_ids), unseen.group_count) == ([], [], 0)


async def test_all_pages_together_are_the_list(desk: Desk, groups: dict[str, str]) -> None:
    """M-13."""
    first = await listed(desk, page_size=2)
    second = await listed(desk, page_size=2, page_token=first.pagination.next_page_token)
    last = await listed(desk, page_size=2, page=3)

    pages = (first, second, last)
    assert [each.name[0] for page in pages for each in page.contacts] == list("ABCDE")
    assert [page.pagination.total_contacts for page in pages] == [5, 5, 5]
    assert [page.pagination.current_page for page in pages] == [1, 2, 3]
    assert last.pagination.next_page_token == ""


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"group_ids": ["nonsense"]}, "INVALID_ID"),
        ({"group_ids": ["018f0000-0000-7000-8000-00000000dead"]}, "GROUP_NOT_FOUND"),
        ({"filter_logic": 9}, "INVALID_CHOICE"),
        ({"page_size": -1}, "INVALID_PAGE_SIZE"),
        ({"page": 401}, "PAGE_TOO_DEEP"),
        ({"page_token": "nonsense"}, "INVALID_PAGE_TOKEN"),
        ({"search": "x" * 101}, "TOO_LONG"),
    ],
)
async def test_a_filter_out_of_its_rules_is_refused(
    desk: Desk, fields: dict[str, Any], reason: str
) -> None:
    assert (await refused(listed(desk, **fields))).reason == reason


async def test_a_hidden_group_in_a_filter_is_not_found(staff: Desk, groups: dict[str, str]) -> None:
    """F-14."""
    for logic in (OR, AND, NOT):
        call = listed(staff, group_ids=[groups["A"], groups["H"]], filter_logic=logic)
        assert (await refused(call)).reason == "GROUP_NOT_FOUND"


async def test_in_a_medical_tenant_the_reading_names_the_group(
    desk: Desk, db: Database, groups: dict[str, str]
) -> None:
    """S-12."""
    async with db.transaction(desk.person.caller) as tx:
        await tenants.create(tx, Profile(medical=True))

    await listed(desk, group_ids=[groups["A"]])

    request = audit_service_pb2.ListAuditEntriesRequest(
        group_id=groups["A"], action="contacts_read"
    )
    (entry,) = (await desk.call("ListAuditEntries", request)).entries
    assert entry.person_id == str(desk.person.caller.person_id)
