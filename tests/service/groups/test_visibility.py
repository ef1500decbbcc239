"""What is hidden stays hidden: groups of other tenants, and groups of other people."""

from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select, text

from services.chassis.caller import Caller, Role
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.groups.store import tables
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids, refused
from vio.groups.v1 import contact_service_pb2 as contacts_pb
from vio.groups.v1 import group_pb2, selection_pb2
from vio.groups.v1 import group_service_pb2 as groups_pb
from vio.groups.v1 import member_service_pb2 as members_pb
from vio.groups.v1 import selection_service_pb2 as selections_pb

CUSTOM = group_pb2.VISIBILITY_CUSTOM
ADMINS_ONLY = group_pb2.VISIBILITY_ADMINS_ONLY


def every_use(group_id: str, contact_id: str, own_group: str) -> list[tuple[str, Any]]:
    """Every request that can name a group."""
    named = selection_pb2.Selection(any=[group_id])
    mask = FieldMask(paths=["name"])
    listing = members_pb.ListMembersRequest
    return [
        ("GetGroup", groups_pb.GetGroupRequest(group_id=group_id)),
        (
            "UpdateGroup",
            groups_pb.UpdateGroupRequest(group_id=group_id, name="Mine", update_mask=mask),
        ),
        ("DeleteGroup", groups_pb.DeleteGroupRequest(group_id=group_id)),
        ("ListMembers", listing(group_id=group_id)),
        ("ListMembers", listing(group_id=own_group, any=[group_id])),
        ("ListMembers", listing(group_id=own_group, all=[group_id])),
        ("ListMembers", listing(group_id=own_group, none=[group_id])),
        ("AddMembers", members_pb.AddMembersRequest(group_id=group_id, contact_ids=[contact_id])),
        ("AddMembers", members_pb.AddMembersRequest(group_id=own_group, selection=named)),
        (
            "RemoveMembers",
            members_pb.RemoveMembersRequest(group_id=group_id, contact_ids=[contact_id]),
        ),
        (
            "RemoveMember",
            members_pb.RemoveMemberRequest(group_id=group_id, contact_id=contact_id),
        ),
        (
            "SetContactGroups",
            members_pb.SetContactGroupsRequest(contact_id=contact_id, group_ids=[group_id]),
        ),
        ("CreateSelection", selections_pb.CreateSelectionRequest(selection=named)),
        ("ListContacts", contacts_pb.ListContactsRequest(none=[group_id])),
        ("CreateContact", contacts_pb.CreateContactRequest(name="Zoe", group_ids=[group_id])),
    ]


async def answer(desk: Desk, method: str, request: Any) -> tuple[Any, ...]:
    """Everything that a refused caller can see of an answer."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await desk.call(method, request)
    trailers = [pair for pair in error.value.trailing_metadata() or () if pair[0] != "x-request-id"]
    return error.value.code(), error.value.details(), trailers


async def test_another_tenants_group_answers_like_an_unknown_one(
    desk: Desk, stranger: Desk, contacts: Contacts
) -> None:
    """S-01, G-16."""
    theirs = (await stranger.create_group("Theirs")).id
    own = (await desk.create_group("Own")).id
    anna = str(await contacts.one("Anna"))
    foreign, unknown = every_use(theirs, anna, own), every_use(str(uuid4()), anna, own)

    for (method, about_theirs), (_, about_nothing) in zip(foreign, unknown, strict=True):
        seen = await answer(desk, method, about_theirs)
        assert seen == await answer(desk, method, about_nothing), method
        assert seen[0] is grpc.StatusCode.NOT_FOUND, method


async def test_another_tenants_contact_answers_like_an_unknown_one(
    desk: Desk, stranger: Desk, db: Database
) -> None:
    """S-01."""
    theirs = await Contacts(db, stranger.person.caller).one("Theirs")
    own = (await desk.create_group("Own")).id
    for contact, method in ((theirs, "foreign"), (uuid4(), "unknown")):
        failure = await refused(desk.add(own, contact))
        assert failure.facts == {
            "count": "1",
            "examples": str(contact),
            "field": "contact_ids",
        }, method

    remove = members_pb.RemoveMemberRequest
    assert await answer(
        desk, "RemoveMember", remove(group_id=own, contact_id=str(theirs))
    ) == await answer(desk, "RemoveMember", remove(group_id=own, contact_id=str(uuid4())))


@pytest.mark.parametrize("visibility", [ADMINS_ONLY, CUSTOM])
async def test_a_hidden_group_answers_like_an_unknown_one(
    desk: Desk, staff: Desk, contacts: Contacts, visibility: Any
) -> None:
    """S-06, S-08, S-11, F-14."""
    hidden = (await desk.create_group("Hidden", visibility=visibility)).id
    shown = (await desk.create_group("Shown")).id
    anna = str(await contacts.one("Anna"))
    uses, unknown = every_use(hidden, anna, shown), every_use(str(uuid4()), anna, shown)

    for (method, about_hidden), (_, about_nothing) in zip(uses, unknown, strict=True):
        assert await answer(staff, method, about_hidden) == await answer(
            staff, method, about_nothing
        ), method


async def test_a_hidden_group_leaves_no_trace_in_lists(
    desk: Desk, staff: Desk, contacts: Contacts
) -> None:
    """S-10, M-11, G-15."""
    anna, ben = await contacts.make("Anna", "Ben")
    hidden = await desk.create_group(
        "Hidden", visibility=ADMINS_ONLY, initial_contact_ids=[str(anna), str(ben)]
    )
    shown = await desk.create_group("Shown", initial_contact_ids=[str(anna)])

    listed = await staff.groups()
    (member,) = (await staff.members(shown.id)).members

    assert ids(listed.groups) == ids([shown])
    assert listed.pagination.total_groups == 1
    stats = listed.stats
    assert (stats.total_groups, stats.total_grouped_contacts, stats.ungrouped_contacts) == (1, 1, 1)
    assert stats.most_active_group.id == shown.id
    assert not member.other_groups
    assert not member.other_group_refs
    (seen_by_admin,) = (await desk.members(shown.id)).members
    assert [ref.id for ref in seen_by_admin.other_group_refs] == [hidden.id]
    assert not (await staff.groups(search="hid")).groups
    assert not (await staff.groups(visibility=ADMINS_ONLY)).groups


async def test_a_grant_shows_a_group_at_once_and_its_withdrawal_hides_it(
    desk: Desk, staff: Desk, db: Database
) -> None:
    """S-09, G-09."""
    person = str(staff.person.caller.person_id)
    await enlist(db, staff.person.caller)
    group = await desk.create_group("Ours", visibility=CUSTOM, permitted_users=[person])

    seen = await staff.get_group(group.id)
    change = groups_pb.UpdateGroupRequest(
        group_id=group.id, update_mask=FieldMask(paths=["permitted_users"])
    )
    await desk.call("UpdateGroup", change)

    assert list(group.permitted_users) == [person]
    assert not seen.permitted_users
    assert ids([seen]) == ids([group])
    assert (await refused(staff.get_group(group.id))).reason == "GROUP_NOT_FOUND"


@pytest.mark.parametrize("number", range(6))
async def test_staff_may_look_and_not_touch(
    desk: Desk, staff: Desk, contacts: Contacts, number: int
) -> None:
    """S-04, S-06."""
    group, anna = (await desk.create_group("Shown")).id, str(await contacts.one("Anna"))
    mask = FieldMask(paths=["name"])
    method, request, operation = [
        ("CreateGroup", groups_pb.CreateGroupRequest(name="Mine"), "create"),
        (
            "UpdateGroup",
            groups_pb.UpdateGroupRequest(group_id=group, name="Mine", update_mask=mask),
            "edit",
        ),
        ("DeleteGroup", groups_pb.DeleteGroupRequest(group_id=group), "delete"),
        (
            "AddMembers",
            members_pb.AddMembersRequest(group_id=group, contact_ids=[anna]),
            "manage_members",
        ),
        (
            "RemoveMembers",
            members_pb.RemoveMembersRequest(group_id=group, contact_ids=[anna]),
            "manage_members",
        ),
        (
            "RemoveMember",
            members_pb.RemoveMemberRequest(group_id=group, contact_id=anna),
            "manage_members",
        ),
    ][number]

    failure = await refused(staff.call(method, request))

    assert (failure.code.name, failure.reason) == ("PERMISSION_DENIED", "FORBIDDEN")
    assert failure.message == f"Insufficient permissions for {operation} operation on this group"
    assert (await staff.get_group(group)).contact_count == 0


async def test_row_security_alone_stops_a_forgotten_where(
    desk: Desk, stranger: Desk, db: Database, contacts: Contacts
) -> None:
    """Ruling 4: no statement names the tenant, and none needs to."""
    anna = await contacts.one("Anna")
    group = await desk.create_group("Own", initial_contact_ids=[str(anna)])
    nobody = Caller(None, new_id(), Role.CLIENT_ADMIN)

    for caller in (stranger.person.caller, nobody):
        async with db.transaction(caller) as tx:
            for table in set(tables.metadata.sorted_tables) - {tables.tenants}:
                found = await tx.fetch_values(select(table.c.tenant_id))
                assert set(found) <= {caller.tenant_id}, table.name
            touched = await tx.execute(text("update groups set name = 'Stolen'"))
            assert touched == 0
    assert (await desk.get_group(group.id)).name == "Own"


async def test_the_search_function_knows_its_tenant(
    desk: Desk, stranger: Desk, db: Database, contacts: Contacts
) -> None:
    """Ruling 4: another tenant's id in the argument finds nothing."""
    await contacts.one("Anna")
    statement = text("select search_contacts(:tenant, '%anna%')")

    async with db.transaction(desk.person.caller) as tx:
        own = await tx.fetch_values(statement, tenant=desk.person.caller.tenant_id)
    async with db.transaction(stranger.person.caller) as tx:
        foreign = await tx.fetch_values(statement, tenant=desk.person.caller.tenant_id)

    assert (len(own), len(foreign)) == (1, 0)


async def enlist(db: Database, who: Caller) -> None:
    """Puts somebody into the tenant's directory."""
    async with db.transaction(who) as tx:
        await tx.execute(
            tables.people.insert().values(id=who.person_id, name=who.name, role=str(who.role))
        )
