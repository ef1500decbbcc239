"""One contact and its groups: set as a whole, renamed, gone."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from services.chassis.db import Database
from services.groups.store import tables
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids, refused
from vio.groups.v1 import member_service_pb2 as pb


async def set_groups(desk: Desk, contact_id: UUID, *groups: Any) -> pb.SetContactGroupsResponse:
    request = pb.SetContactGroupsRequest(
        contact_id=str(contact_id), group_ids=[str(group) for group in groups]
    )
    answer: pb.SetContactGroupsResponse = await desk.call("SetContactGroups", request)
    return answer


async def test_a_contact_is_put_into_exactly_these_groups(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """O-13."""
    anna = await contacts.one("Anna")
    one, two, three = [await desk.create_group(name) for name in ("One", "Two", "Three")]
    await set_groups(desk, anna, one.id, two.id)

    done = await set_groups(desk, anna, three.id, two.id, three.id)

    assert [ref.name for ref in done.groups] == ["Three", "Two"]
    assert (done.group_count, done.groups_added, done.groups_removed) == (2, 1, 1)
    counts = [(await desk.get_group(group.id)).contact_count for group in (one, two, three)]
    assert counts == [0, 1, 1]
    assert await rows.drift(db, desk.person.caller) == []
    again = await set_groups(desk, anna, two.id, three.id)
    assert (again.groups_added, again.groups_removed, again.operation_id) == (0, 0, "")


async def test_one_unknown_group_changes_nothing(desk: Desk, contacts: Contacts) -> None:
    anna = await contacts.one("Anna")
    group = await desk.create_group("One")

    assert (await refused(set_groups(desk, anna, group.id, uuid4()))).reason == "GROUP_NOT_FOUND"
    assert (await refused(set_groups(desk, uuid4(), group.id))).reason == "CONTACT_NOT_FOUND"
    assert (await desk.get_group(group.id)).contact_count == 0


async def test_staff_can_not_move_contacts(desk: Desk, staff: Desk, contacts: Contacts) -> None:
    anna = await contacts.one("Anna")

    assert (await refused(set_groups(staff, anna))).reason == "FORBIDDEN"


async def test_many_at_once_never_lose_or_deadlock(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    people = await contacts.many(6)
    groups = [(await desk.create_group(f"G{n}")).id for n in range(4)]
    changes = [
        set_groups(desk, person, *some)
        for person in people
        for some in (groups, groups[::-1][:2], groups[1:3])
    ]

    await asyncio.gather(*changes, *(desk.add(group, *people) for group in groups))

    assert await rows.drift(db, desk.person.caller) == []


async def test_a_new_name_moves_the_member_in_every_list(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """M-06: the copy of the sort key follows by the database's own rule."""
    people = await contacts.make("Anna", "Ben")
    group = await desk.create_group("VIP", initial_contact_ids=map(str, people))
    table = tables.contacts

    async with db.transaction(desk.person.caller) as tx:
        await tx.execute(
            update(table).where(table.c.id == people[0]).values(name="Zoe", sort_key="zoe")
        )

    assert ids(await desk.everyone(group.id, page_size=1)) == people[::-1]


@pytest.mark.parametrize("wanted", ["groups", "ids"])
async def test_out_of_the_rules_is_refused(desk: Desk, contacts: Contacts, wanted: str) -> None:
    anna = await contacts.one("Anna")
    given = [uuid4() for _ in range(101)] if wanted == "groups" else ["nonsense"]

    reason = (await refused(set_groups(desk, anna, *given))).reason

    assert reason == {"groups": "TOO_MANY_GROUPS", "ids": "INVALID_ID"}[wanted]
