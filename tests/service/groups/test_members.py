"""Members over gRPC: added, removed, counted."""

import asyncio
from typing import Any, cast
from uuid import uuid4

import pytest

from services.chassis.db import Database
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids, refused
from vio.groups.v1 import group_pb2, selection_pb2
from vio.groups.v1 import member_service_pb2 as pb

PENDING = group_pb2.APPOINTMENT_STATUS_PENDING


async def test_adding_twice_adds_once_and_announces_once(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """O-02, O-04."""
    group = await desk.create_group("VIP")
    people = await contacts.make("Anna", "Ben", "Carl")

    first = await desk.add(group.id, *people, people[0])
    again = await desk.add(group.id, *people)

    assert (first.contacts_added, first.already_in_group, first.new_member_count) == (3, 0, 3)
    assert first.message == "Successfully added 3 contacts to VIP"
    assert (first.group_id, first.group_name) == (group.id, "VIP")
    assert first.operation_id
    assert first.undo_until.ToSeconds() > group.created_at.ToSeconds() + 890
    assert (again.contacts_added, again.already_in_group, again.new_member_count) == (0, 3, 3)
    assert again.operation_id == ""
    assert await rows.events(db, desk.person.caller) == ["GroupChanged", "MembersAdded"]


async def test_one_unknown_contact_adds_nobody(desk: Desk, contacts: Contacts) -> None:
    """O-03."""
    group = await desk.create_group("VIP")
    anna, missing = await contacts.one("Anna"), uuid4()

    failure = await refused(desk.add(group.id, anna, missing))

    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", "UNKNOWN_CONTACTS")
    assert failure.message == "Some contacts not found or don't belong to your account"
    assert (failure.facts["count"], failure.facts["examples"]) == ("1", str(missing))
    assert (await desk.get_group(group.id)).contact_count == 0


async def test_unknown_contacts_can_be_skipped(desk: Desk, contacts: Contacts) -> None:
    group = await desk.create_group("VIP")
    anna, missing = await contacts.one("Anna"), uuid4()

    added = await desk.add(group.id, anna, missing, skip_rejected=True)

    assert added.contacts_added == 1
    assert [(one.contact_id, one.reason) for one in added.rejected] == [
        (str(missing), "UNKNOWN_CONTACT")
    ]


async def test_a_preview_adds_nobody(desk: Desk, db: Database, contacts: Contacts) -> None:
    group = await desk.create_group("VIP")
    anna = await contacts.one("Anna")

    preview = await desk.add(group.id, anna, validate_only=True)

    assert (preview.contacts_added, preview.new_member_count, preview.operation_id) == (1, 1, "")
    assert (await desk.get_group(group.id)).contact_count == 0
    assert await rows.events(db, desk.person.caller) == ["GroupChanged"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "ONE_TARGET"),
        ({"contact_ids": [str(uuid4())], "selection_token": "x"}, "ONE_TARGET"),
        ({"contact_ids": ["x"]}, "INVALID_ID"),
        ({"contact_ids": [str(uuid4()) for _ in range(1001)]}, "TOO_MANY_CONTACTS"),
        ({"contact_ids": [str(uuid4())], "reason": "x" * 501}, "TOO_LONG"),
        ({"contact_ids": [str(uuid4())], "expected_count": 2}, "COUNT_CHANGED"),
        ({"selection_token": "nonsense"}, "SELECTION_EXPIRED"),
        ({"selection_token": str(uuid4())}, "SELECTION_EXPIRED"),
        ({"selection": selection_pb2.Selection(any=["x"])}, "INVALID_ID"),
        ({"selection": selection_pb2.Selection(any=[str(uuid4())])}, "GROUP_NOT_FOUND"),
        ({"selection": selection_pb2.Selection(status=[cast(Any, 77)])}, "INVALID_CHOICE"),
    ],
)
@pytest.mark.parametrize("method", ["AddMembers", "RemoveMembers"])
async def test_a_change_out_of_its_rules_changes_nothing(
    desk: Desk, db: Database, method: str, fields: dict[str, Any], reason: str
) -> None:
    group = await desk.create_group("VIP")
    request = getattr(pb, f"{method}Request")(group_id=group.id, **fields)

    failure = await refused(desk.call(method, request))

    assert failure.reason == reason
    assert await rows.events(db, desk.person.caller) == ["GroupChanged"]


async def test_1001_contacts_are_refused_with_the_count(desk: Desk) -> None:
    """L-09."""
    group = await desk.create_group("VIP")

    failure = await refused(desk.add(group.id, *(uuid4() for _ in range(1001))))

    assert (failure.facts["count"], failure.facts["limit"]) == ("1001", "1000")


async def test_a_changed_count_names_both(desk: Desk, contacts: Contacts) -> None:
    group = await desk.create_group("VIP")
    people = await contacts.many(3)

    failure = await refused(desk.add(group.id, *people, expected_count=2))

    assert failure.code.name == "ABORTED"
    assert (failure.facts["expected"], failure.facts["found"]) == ("2", "3")


async def test_a_selection_is_added_whole(desk: Desk, contacts: Contacts) -> None:
    """F-15, F-18, O-08."""
    await contacts.make("Anna", "Ben", appointment_status="pending")
    await contacts.make("Carl", appointment_status="confirmed")
    group = await desk.create_group("Pending")
    pending = selection_pb2.Selection(status=[PENDING])

    added = await desk.call(
        "AddMembers", pb.AddMembersRequest(group_id=group.id, selection=pending)
    )

    assert (added.contacts_added, added.new_member_count) == (2, 2)


async def test_a_selection_removes_members_only(desk: Desk, contacts: Contacts) -> None:
    inside = await contacts.make("Anna", "Ben", appointment_status="pending")
    await contacts.make("Carl", appointment_status="pending")
    group = await desk.create_group("Pending", initial_contact_ids=map(str, inside))

    removed = await desk.call(
        "RemoveMembers",
        pb.RemoveMembersRequest(
            group_id=group.id, selection=selection_pb2.Selection(status=[PENDING]), expected_count=2
        ),
    )

    assert (removed.contacts_removed, removed.new_member_count) == (2, 0)
    assert not removed.rejected


async def test_bulk_removal_reports_who_was_not_inside(desk: Desk, contacts: Contacts) -> None:
    """O-06."""
    anna, ben = await contacts.make("Anna", "Ben")
    missing = uuid4()
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])

    removed = await desk.remove(group.id, anna, ben, missing)

    assert (removed.contacts_removed, removed.new_member_count) == (1, 0)
    assert removed.message == "Successfully removed 1 contacts from VIP"
    assert [(one.contact_id, one.reason) for one in removed.rejected] == [
        (str(ben), "NOT_A_MEMBER"),
        (str(missing), "UNKNOWN_CONTACT"),
    ]


async def test_one_member_is_removed_from_this_group_only(desk: Desk, contacts: Contacts) -> None:
    """O-05, O-07."""
    anna = await contacts.one("Anna")
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])
    other = await desk.create_group("Other", initial_contact_ids=[str(anna)])
    request = pb.RemoveMemberRequest(group_id=group.id, contact_id=str(anna))

    removed = await desk.call("RemoveMember", request)

    assert (removed.contact_id, removed.contact_name, removed.group_id) == (
        str(anna),
        "Anna",
        group.id,
    )
    assert removed.new_member_count == 0
    assert removed.message == "Contact removed from group successfully"
    assert removed.operation_id
    assert (await desk.get_group(other.id)).contact_count == 1
    failure = await refused(desk.call("RemoveMember", request))
    assert (failure.code.name, failure.reason) == ("FAILED_PRECONDITION", "NOT_A_MEMBER")
    assert failure.message == "Contact is not a member of this group"


async def test_removing_an_unknown_contact_is_not_found(desk: Desk) -> None:
    """O-06."""
    group = await desk.create_group("VIP")
    request = pb.RemoveMemberRequest(group_id=group.id, contact_id=str(uuid4()))

    failure = await refused(desk.call("RemoveMember", request))

    assert (failure.code.name, failure.message) == ("NOT_FOUND", "Contact not found")


async def test_parallel_additions_lose_nothing(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """G-21, O-04."""
    group = await desk.create_group("VIP")
    people = await contacts.many(40)
    overlapping = [people[start : start + 10] for start in range(0, 31, 5)]

    await asyncio.gather(*(desk.add(group.id, *some) for some in overlapping))

    assert (await desk.get_group(group.id)).contact_count == 40
    assert set(ids(await desk.everyone(group.id))) == set(people)
    assert await rows.drift(db, desk.person.caller) == []


async def test_adding_and_removing_at_once_keeps_the_count_exact(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """G-21: two writers on the same groups, in opposite orders."""
    people = await contacts.many(20)
    one, two = await desk.create_group("One"), await desk.create_group("Two")
    forth = [desk.add(group.id, *people[n:]) for n in range(8) for group in (one, two)]
    back = [desk.remove(group.id, *people[:n]) for n in range(1, 8) for group in (two, one)]

    await asyncio.gather(*forth, *back)

    for group in (one, two):
        found = await desk.everyone(group.id)
        assert (await desk.get_group(group.id)).contact_count == len(found)
    assert await rows.drift(db, desk.person.caller) == []


async def test_every_change_is_on_record_with_its_operation(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """O-12, S-16, M-10: audit rows, and the interval that began and ended."""
    anna, ben = await contacts.make("Anna", "Ben")
    group = await desk.create_group("VIP")

    added = await desk.add(group.id, anna, ben, reason="moved here")
    removed = await desk.remove(group.id, anna)

    person = desk.person.caller.person_id
    trail = await rows.audit(db, desk.person.caller, group.id)
    assert [entry.action for entry in trail] == [
        "group_created",
        "member_added",
        "member_added",
        "member_removed",
    ]
    assert {entry.contact_id for entry in trail[1:3]} == {anna, ben}
    assert {(str(entry.operation_id), entry.reason) for entry in trail[1:3]} == {
        (added.operation_id, "moved here")
    }
    assert {entry.person_id for entry in trail} == {person}
    intervals = await rows.intervals(db, desk.person.caller, anna)
    assert [
        (each.open, str(each.added_operation), str(each.ended_operation)) for each in intervals
    ] == [(False, added.operation_id, removed.operation_id)]


async def test_a_repeated_addition_answers_the_same(desk: Desk, contacts: Contacts) -> None:
    group = await desk.create_group("VIP")
    anna, ben = await contacts.make("Anna", "Ben")

    first = await desk.add(group.id, anna, request_id="once")

    assert await desk.add(group.id, anna, request_id="once") == first
    assert (await refused(desk.add(group.id, ben, request_id="once"))).reason == "REQUEST_ID_REUSED"
