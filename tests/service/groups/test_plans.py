"""How lists are looked up, as the application's role: by index, in few statements."""

import pytest
from psycopg import Connection

from services.chassis.db import Database, Sql
from services.groups.domain.members import MemberSort
from services.groups.store import members
from services.groups.store.members import Begins
from services.groups.store.visible import eyes
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from tests.support.databases import Databases


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("begins", [Begins.FIRST, Begins.BEHIND_VALUE])
async def test_a_page_of_members_walks_the_index(
    desk: Desk,
    db: Database,
    contacts: Contacts,
    databases: Databases,
    descending: bool,
    begins: Begins,
) -> None:
    """L-07: a page costs the same however many members there are."""
    people = await contacts.bulk(3000)
    group = await desk.create_group("Big", initial_contact_ids=map(str, people[:1000]))
    await desk.add(group.id, *people[1000:2000])
    with Connection.connect(databases.url("groups_owner"), autocommit=True) as owner:
        owner.execute("analyze groups.memberships, groups.contacts")
    page = members.whole(MemberSort.NAME, descending, begins)
    values = {
        "group_id": group.id,
        "size": 26,
        "skipped": 0,
        "after_key": "bulk 00500",
        "after_id": people[500],
    }

    async with db.transaction(desk.person.caller) as tx:
        lines = await tx.fetch_values(
            Sql(f"explain (analyze, timing off) {page.text}", page.literals),
            **values,
            **eyes(tx.caller),
        )

    plan = "\n".join(lines)
    walked = [line for line in lines if "on memberships" in line]
    assert len(walked) == 1, plan
    assert "memberships_tenant_id_group_no_sort_key_contact_no_idx" in walked[0], plan
    assert "rows=26 " in walked[0], plan
    assert "Seq Scan on contacts" not in plan, plan
