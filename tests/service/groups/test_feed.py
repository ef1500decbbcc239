"""What the feed lists of groups equals what it announced."""

from services.chassis.db import Database
from services.groups.domain.events import GroupChanged, MembersAdded, MembersRemoved
from services.groups.usecases import groups_history
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from vio.groups.v1 import group_service_pb2 as pb


async def test_the_listing_tells_who_was_where_and_when(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """Ruling 8: history comes from permanent tables."""
    anna, ben, carl = await contacts.make("Anna", "Ben", "Carl")
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna), str(ben)])
    gone = await desk.create_group("Gone", initial_contact_ids=[str(carl)])
    await desk.remove(group.id, ben)
    await desk.add(group.id, carl)
    await desk.call("DeleteGroup", pb.DeleteGroupRequest(group_id=gone.id))

    async with db.transaction(desk.person.caller) as tx:
        listed = [event async for event in groups_history.list_history(tx)]

    groups = [event.group for event in listed if isinstance(event, GroupChanged)]
    assert [(each.name, each.deleted_at is None) for each in groups] == [
        ("VIP", True),
        ("Gone", False),
    ]
    moves = [event for event in listed if isinstance(event, MembersAdded | MembersRemoved)]
    assert [(type(each), str(each.group_id), set(each.contact_ids)) for each in moves] == [
        (MembersAdded, group.id, {anna, ben}),
        (MembersAdded, gone.id, {carl}),
        (MembersRemoved, group.id, {ben}),
        (MembersAdded, group.id, {carl}),
        (MembersRemoved, gone.id, {carl}),
    ]
    assert [each.at for each in moves] == sorted(each.at for each in moves)
