"""Groups over gRPC: made, read, listed, changed, deleted."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import insert, select

from services.chassis import status
from services.chassis.db import Database
from services.groups.store import tables
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids, refused
from vio.groups.v1 import group_pb2, page_pb2
from vio.groups.v1 import group_service_pb2 as pb
from vio.groups.v1.contact_service_pb2 import ListContactsRequest


async def test_a_group_is_made_with_its_first_members(desk: Desk, contacts: Contacts) -> None:
    """G-02, G-10, G-11."""
    anna, ben = await contacts.make("Anna", "Ben")

    group = await desk.create_group(
        "  VIP  Patients ", icon="⭐", initial_contact_ids=[str(anna), str(ben), str(anna)]
    )

    assert (group.name, group.color, group.icon) == ("VIP Patients", "#3B82F6", "⭐")
    assert group.visibility == group_pb2.VISIBILITY_ALL_STAFF
    assert group.contact_count == 2
    assert group.created_by == str(desk.person.caller.person_id)
    assert group.last_activity.text == "2 contacts added"
    assert not group.HasField("description")
    assert not group.HasField("performance")
    assert await desk.get_group(group.id) == group


async def test_one_unknown_contact_makes_no_group(desk: Desk, contacts: Contacts) -> None:
    """G-10."""
    anna, stranger = await contacts.one("Anna"), uuid4()

    failure = await refused(desk.create_group(initial_contact_ids=[str(anna), str(stranger)]))

    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", "UNKNOWN_CONTACTS")
    assert (failure.facts["count"], failure.facts["examples"]) == ("1", str(stranger))
    assert not (await desk.groups()).groups


async def test_a_name_is_taken_whatever_its_case(desk: Desk) -> None:
    """G-04."""
    await desk.create_group("VIP Patients")

    failure = await refused(desk.create_group("vip  PATIENTS"))

    assert (failure.code.name, failure.reason) == ("ALREADY_EXISTS", "GROUP_NAME_TAKEN")
    assert failure.message == "Group 'vip PATIENTS' already exists. Please choose a different name."


async def test_of_two_simultaneous_creations_one_wins(desk: Desk) -> None:
    """G-04."""
    outcomes = await asyncio.gather(
        *(desk.create_group("Rush") for _ in range(5)), return_exceptions=True
    )

    lost = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert [status.of_error(each).reason for each in lost] == ["GROUP_NAME_TAKEN"] * 4
    assert len((await desk.groups()).groups) == 1


async def test_another_tenant_may_use_the_name(desk: Desk, stranger: Desk) -> None:
    await desk.create_group("VIP")

    assert (await stranger.create_group("VIP")).name == "VIP"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": ""}, "NAME_EMPTY"),
        ({"name": " \t"}, "NAME_EMPTY"),
        ({"name": "x" * 51}, "TOO_LONG"),
        ({"name": "a\x00"}, "UNPRINTABLE"),
        ({"description": "x" * 256}, "TOO_LONG"),
        ({"color": "red"}, "INVALID_COLOR"),
        ({"color": ""}, "INVALID_COLOR"),
        ({"icon": "🦄"}, "INVALID_ICON"),
        ({"visibility": 9}, "INVALID_CHOICE"),
        ({"permitted_users": [str(uuid4())]}, "GRANTS_NEED_CUSTOM"),
        ({"permitted_users": [str(uuid4())], "visibility": 3}, "UNKNOWN_PEOPLE"),
        ({"initial_contact_ids": ["nonsense"]}, "INVALID_ID"),
        ({"initial_contact_ids": [str(uuid4()) for _ in range(1001)]}, "TOO_MANY_CONTACTS"),
    ],
)
async def test_a_group_out_of_its_rules_is_refused(
    desk: Desk, fields: dict[str, Any], reason: str
) -> None:
    failure = await refused(desk.create_group(**{"name": "VIP"} | fields))

    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", reason)
    assert failure.violations
    assert not (await desk.groups()).groups


async def test_a_repeated_request_makes_one_group(desk: Desk) -> None:
    first = await desk.create_group("VIP", request_id="once")

    assert await desk.create_group("VIP", request_id="once") == first
    failure = await refused(desk.create_group("Other", request_id="once"))
    assert failure.reason == "REQUEST_ID_REUSED"


async def test_a_change_touches_what_the_mask_names(desk: Desk) -> None:
    """G-05, G-17, G-22."""
    group = await desk.create_group("VIP", description="the best", color="#EC4899")

    changed = await desk.call(
        "UpdateGroup",
        pb.UpdateGroupRequest(
            group_id=group.id,
            name="Best",
            color="#10B981",
            update_mask=FieldMask(paths=["name", "description"]),
            etag=group.etag,
        ),
    )

    assert (changed.name, changed.color) == ("Best", "#EC4899")
    assert not changed.HasField("description")
    assert changed.etag != group.etag
    assert changed.last_activity.text == "Group details changed"


async def test_a_stale_etag_is_refused_with_both_versions(desk: Desk) -> None:
    group = await desk.create_group("VIP")
    change = pb.UpdateGroupRequest(
        group_id=group.id, name="Best", update_mask=FieldMask(paths=["name"]), etag="99"
    )

    failure = await refused(desk.call("UpdateGroup", change))

    assert (failure.code.name, failure.reason) == ("ABORTED", "ETAG_MISMATCH")
    assert (failure.facts["sent"], failure.facts["found"]) == ("99", group.etag)
    assert (await desk.get_group(group.id)).name == "VIP"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "NOTHING_TO_CHANGE"),
        ({"update_mask": FieldMask(paths=["contact_count"])}, "UNKNOWN_FIELD"),
        ({"update_mask": FieldMask(paths=["name"])}, "NAME_EMPTY"),
        ({"update_mask": FieldMask(paths=["color"])}, "INVALID_COLOR"),
    ],
)
async def test_a_change_out_of_the_rules_is_refused(
    desk: Desk, change: dict[str, Any], reason: str
) -> None:
    group = await desk.create_group("VIP")

    failure = await refused(
        desk.call("UpdateGroup", pb.UpdateGroupRequest(group_id=group.id, **change))
    )

    assert failure.reason == reason


async def test_renaming_to_a_taken_name_is_refused(desk: Desk) -> None:
    await desk.create_group("VIP")
    other = await desk.create_group("Other")
    change = pb.UpdateGroupRequest(
        group_id=other.id, name="vip", update_mask=FieldMask(paths=["name"])
    )

    assert (await refused(desk.call("UpdateGroup", change))).reason == "GROUP_NAME_TAKEN"


async def test_a_deleted_group_is_gone_and_its_contacts_stay(
    desk: Desk, contacts: Contacts
) -> None:
    """G-18."""
    people = await contacts.make("Anna", "Ben")
    group = await desk.create_group("VIP", initial_contact_ids=map(str, people))
    other = await desk.create_group("Other", initial_contact_ids=map(str, people))

    deleted = await desk.call(
        "DeleteGroup", pb.DeleteGroupRequest(group_id=group.id, confirm_name="VIP")
    )

    assert (deleted.group_id, deleted.memberships_removed) == (group.id, 2)
    assert deleted.undo_until.ToSeconds() - group.created_at.ToSeconds() in range(895, 930)
    assert (await refused(desk.get_group(group.id))).reason == "GROUP_NOT_FOUND"
    assert (await desk.get_group(other.id)).contact_count == 2
    assert (await desk.create_group("VIP")).contact_count == 0


async def test_a_name_typed_wrongly_deletes_nothing(desk: Desk) -> None:
    group = await desk.create_group("VIP")
    order = pb.DeleteGroupRequest(group_id=group.id, confirm_name="vip")

    assert (await refused(desk.call("DeleteGroup", order))).reason == "NAME_NOT_CONFIRMED"
    assert (await desk.get_group(group.id)).name == "VIP"


@pytest.mark.parametrize("direction", [page_pb2.SORT_DIRECTION_ASC, page_pb2.SORT_DIRECTION_DESC])
@pytest.mark.parametrize("sort", range(1, len(pb.GroupSort.items())))
async def test_every_order_lists_every_group_once(
    desk: Desk, contacts: Contacts, sort: Any, direction: Any
) -> None:
    """G-13, G-14."""
    people = [str(each) for each in await contacts.many(3)]
    made = [
        (await desk.create_group(f"Group {n % 4} {n}", initial_contact_ids=people[: n % 3])).id
        for n in range(7)
    ]
    listed, token = [], ""
    for _ in range(3):
        page = await desk.groups(
            sort_by=sort, sort_direction=direction, page_size=3, page_token=token
        )
        listed += [group.id for group in page.groups]
        token = page.pagination.next_page_token
        assert page.pagination.total_groups == 7

    assert sorted(listed) == sorted(made)
    assert token == ""


async def test_groups_are_sorted_as_people_expect(desk: Desk) -> None:
    for name in ("zebra", "Äpfel", "apple", "Berlin"):
        await desk.create_group(name)

    listed = await desk.groups()
    falling = await desk.groups(sort_direction=page_pb2.SORT_DIRECTION_DESCENDING)

    names = [group.name for group in listed.groups]
    assert names == ["Äpfel", "apple", "Berlin", "zebra"]
    assert [group.name for group in falling.groups] == names[::-1]


async def test_groups_are_filtered_by_text_colour_and_visibility(desk: Desk) -> None:
    """G-13."""
    red = await desk.create_group("Red 100%", color="#ef4444", description="Urgent things")
    inner = await desk.create_group("Inner", visibility=group_pb2.VISIBILITY_ADMINS_ONLY)

    assert ids((await desk.groups(search="100%")).groups) == ids([red])
    assert ids((await desk.groups(search="uRGent")).groups) == ids([red])
    assert not (await desk.groups(search="1_0")).groups
    assert ids((await desk.groups(color="#EF4444")).groups) == ids([red])
    assert ids((await desk.groups(visibility=group_pb2.VISIBILITY_ADMINS_ONLY)).groups) == ids(
        [inner]
    )


async def test_archived_groups_leave_the_default_list_and_keep_their_name(desk: Desk) -> None:
    """G-04, G-20."""
    group = await desk.create_group("Old")
    change = pb.UpdateGroupRequest(
        group_id=group.id, archived=True, update_mask=FieldMask(paths=["archived"])
    )

    archived = await desk.call("UpdateGroup", change)

    assert archived.archived
    assert not (await desk.groups()).groups
    assert ids((await desk.groups(include_archived=True)).groups) == ids([group])
    assert (await refused(desk.create_group("old"))).reason == "GROUP_NAME_TAKEN"


async def test_people_of_an_archived_group_are_in_a_group(desk: Desk, contacts: Contacts) -> None:
    """G-20: it leaves the lists of groups and keeps its members."""
    anna, _ben = await contacts.make("Anna", "Ben")
    group = await desk.create_group("Old", initial_contact_ids=[str(anna)])
    change = pb.UpdateGroupRequest(
        group_id=group.id, archived=True, update_mask=FieldMask(paths=["archived"])
    )
    await desk.call("UpdateGroup", change)

    stats = (await desk.groups()).stats
    ungrouped = ListContactsRequest(include_ungrouped=True)
    listed = (await desk.call("ListContacts", ungrouped)).pagination.total_contacts

    assert (stats.total_groups, stats.HasField("most_active_group")) == (0, False)
    assert (stats.total_grouped_contacts, stats.ungrouped_contacts, listed) == (1, 1, 1)


async def test_stats_count_people_once(desk: Desk, contacts: Contacts) -> None:
    """G-15."""
    anna, ben, _carl = await contacts.make("Anna", "Ben", "Carl")
    await desk.create_group("One", initial_contact_ids=[str(anna)])
    two = await desk.create_group("Two", initial_contact_ids=[str(anna), str(ben)])

    stats = (await desk.groups()).stats

    assert (stats.total_groups, stats.total_grouped_contacts, stats.ungrouped_contacts) == (2, 2, 1)
    assert (stats.most_active_group.id, stats.most_active_group.changes) == (two.id, 2)


async def test_every_page_tells_the_figures_of_the_first(desk: Desk, contacts: Contacts) -> None:
    """Ruling 3: counted once, and carried in the page token."""
    anna = await contacts.one("Anna")
    await desk.create_group("One", initial_contact_ids=[str(anna)])
    await desk.create_group("Two")
    first = await desk.groups(page_size=1)
    await desk.create_group("Three")

    asked = pb.ListGroupsRequest(page_size=1, page_token=first.pagination.next_page_token)
    second = await desk.call("ListGroups", asked)

    assert second.stats == first.stats
    assert (second.stats.total_groups, second.stats.most_active_group.name) == (2, "One")


async def test_calls_make_a_group_active_too(desk: Desk, db: Database, contacts: Contacts) -> None:
    """G-15: membership changes and calls of seven days, counted together."""
    anna, ben = await contacts.make("Anna", "Ben")
    called = await desk.create_group("Called", initial_contact_ids=[str(anna)])
    await desk.create_group("Changed", initial_contact_ids=[str(anna), str(ben)])
    await desk.remove((await desk.groups(search="Changed")).groups[0].id, anna)
    async with db.transaction(desk.person.caller) as tx:
        number = select(tables.contacts.c.contact_no).where(tables.contacts.c.id == anna)
        for days in (1, 2, 3, 8):
            call = {"attempt_id": uuid4(), "version": 1, "counts": True, "answered": True}
            moment = tx.now - timedelta(days=days)
            made = insert(tables.calls).values(
                contact_no=number.scalar_subquery(), at=moment, **call
            )
            await tx.execute(made)

    most = (await desk.groups()).stats.most_active_group

    assert (most.id, most.changes) == (called.id, 4)


@pytest.mark.parametrize(
    ("paging", "reason"),
    [
        ({"page_size": -1}, "INVALID_PAGE_SIZE"),
        ({"page": -1}, "INVALID_PAGE"),
        ({"page": 401}, "PAGE_TOO_DEEP"),
        ({"page_token": "nonsense"}, "INVALID_PAGE_TOKEN"),
        ({"sort_by": 77}, "INVALID_CHOICE"),
        ({"sort_direction": 77}, "INVALID_CHOICE"),
        ({"color": "red"}, "INVALID_COLOR"),
    ],
)
async def test_a_listing_out_of_its_rules_is_refused(
    desk: Desk, paging: dict[str, Any], reason: str
) -> None:
    failure = await refused(desk.groups(**paging))

    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", reason)


async def test_a_token_of_another_question_is_refused(desk: Desk) -> None:
    for name in "abc":
        await desk.create_group(name)
    token = (await desk.groups(page_size=2)).pagination.next_page_token

    assert (await refused(desk.groups(page_token=token, search="a"))).reason == "INVALID_PAGE_TOKEN"
    assert (
        await refused(desk.groups(page_token=token[:-1] + ("A" if token[-1] != "A" else "B")))
    ).reason == "INVALID_PAGE_TOKEN"
