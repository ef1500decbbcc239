"""The number of members that a group keeps is compared with its members."""

from uuid import UUID

from psycopg import Connection

from deploy.local import drift
from deploy.local.drift import Count
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids
from tests.support.databases import Databases


async def test_a_number_that_drifted_is_told_and_no_other(
    desk: Desk, contacts: Contacts, databases: Databases
) -> None:
    """G-21: what is kept is exact, and a fault that is planted is seen."""
    people = await contacts.many(3)
    exact = await desk.create_group("Exact", initial_contact_ids=map(str, people))
    planted = await desk.create_group("Planted", initial_contact_ids=map(str, people))
    empty = await desk.create_group("Empty")
    ours = ids([exact, planted, empty])
    before = _counted(databases, ours)

    _shift(databases, planted.id, 1)
    after = _counted(databases, ours)
    _shift(databases, planted.id, -1)

    assert before == [Count(ours[0], 3, 3), Count(ours[1], 3, 3), Count(ours[2], 0, 0)]
    assert [each.drifted for each in before] == [False, False, False]
    assert [each.drifted for each in after] == [False, True, False]


def _counted(databases: Databases, ours: list[UUID]) -> list[Count]:
    found = {each.id: each for each in drift.counts(databases.url("vio_backup"))}
    return [found[each] for each in ours]


def _shift(databases: Databases, group_id: str, by: int) -> None:
    with Connection.connect(databases.url("groups_owner"), autocommit=True) as owner:
        owner.execute("alter table groups.groups no force row level security")
        owner.execute(
            "update groups.groups set contact_count = contact_count + %s where id = %s",
            (by, group_id),
        )
        owner.execute("alter table groups.groups force row level security")
