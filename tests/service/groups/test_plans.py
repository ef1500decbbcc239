"""How lists are looked up, as the application's role: by index, in few statements."""

from collections.abc import Awaitable
from typing import Any

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
from tests.support.statements import noted


async def test_a_page_of_members_walks_the_index(
    desk: Desk, db: Database, contacts: Contacts, databases: Databases
) -> None:
    """L-07: a page costs the same however many members there are."""
    people = await contacts.bulk(3000)
    group = await desk.create_group("Big")
    for start in range(0, len(people), 1000):
        await desk.add(group.id, *people[start : start + 1000])
    with Connection.connect(databases.url("groups_owner"), autocommit=True) as owner:
        owner.execute("analyze groups.memberships, groups.contacts, groups.groups")
    values = {
        "group_id": group.id,
        "size": 26,
        "skipped": 0,
        "after_key": "bulk 01500",
        "after_id": people[1500],
    }

    for descending in (False, True):
        for begins in (Begins.FIRST, Begins.BEHIND_VALUE):
            page = members.whole(MemberSort.NAME, descending, begins)
            async with db.transaction(desk.person.caller) as tx:
                lines = await tx.fetch_values(
                    Sql(f"explain (analyze, timing off) {page.text}", page.literals),
                    **values,
                    **eyes(tx.caller),
                )

            plan = "\n".join(lines)
            (walked,) = (line for line in lines if "on memberships" in line)
            assert "memberships_tenant_id_group_no_sort_key_contact_no_idx" in walked, plan
            assert "rows=26 " in walked.rpartition("(")[2], plan
            assert "Seq Scan on contacts" not in plan, plan


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the RPCs of groups run from here on."""
    return noted(monkeypatch, "groups")


async def test_a_list_takes_as_many_statements_for_many_rows_as_for_few(
    desk: Desk, contacts: Contacts, statements: list[str]
) -> None:
    people = [str(each) for each in await contacts.many(30)]
    few = await desk.create_group("Few", initial_contact_ids=people[:2])
    many = await desk.create_group("Many", initial_contact_ids=people)
    await desk.groups()

    async def cost(call: Awaitable[Any]) -> int:
        statements.clear()
        await call
        return len(statements)

    assert await cost(desk.members(many.id)) == await cost(desk.members(few.id)) == 6
    assert await cost(desk.members(many.id, search="person", any=[few.id])) == 8
    assert await cost(desk.groups()) == 4
