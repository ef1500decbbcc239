"""Imports beside other work: nobody's change gets lost, and none stops the file."""

import asyncio

from psycopg import AsyncConnection
from sqlalchemy import select

from services.chassis.db import Database
from services.groups.store import tables
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from tests.service.groups.uploads import counts, upload
from tests.support.databases import Databases

# Of two that wait for each other one stops, and this one does not look whether it is itself.
_PATIENT = "-c deadlock_timeout=60s"
_HOLD = "select from groups.contacts where id = %s for update"
_IN_THE_WAY = "select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"


def file(numbers: range, note: str) -> bytes:
    """A file of these people, in this order."""
    lines = (f"C{n},Person {n},212-555-01{n % 100:02},{note}" for n in numbers)
    return "\n".join(["id,name,phone,notes", *lines]).encode()


async def test_a_portion_that_gives_way_is_taken_again(
    desk: Desk, databases: Databases, contacts: Contacts
) -> None:
    """X-05: of two that wait for each other the import is the one to stop."""
    anna, ben = [await contacts.one(each, phone="+12125550101") for each in ("Anna", "Ben")]
    content = b"name,phone,notes\nAnna,2125550101,new\nBen,2125550101,new\n"

    url = databases.url("postgres")
    async with await AsyncConnection.connect(url, options=_PATIENT) as other:
        await other.execute(_HOLD, [ben])
        importing = asyncio.create_task(upload(desk, content))
        while not (await other.execute(_IN_THE_WAY)).rowcount:
            await asyncio.sleep(0.01)
        await other.execute(_HOLD, [anna])

    assert counts(await importing) == (0, 2, 0, 0)


async def test_imports_and_changes_of_a_group_go_on_beside_each_other(
    desk: Desk, db: Database
) -> None:
    """X-05: files that name the same people in opposite orders, while they come and go."""
    await upload(desk, file(range(500), "first"))
    group = await desk.create_group("VIP")
    async with db.transaction(desk.person.caller) as tx:
        newest_first = select(tables.contacts.c.id).order_by(tables.contacts.c.contact_no.desc())
        people = await tx.fetch_values(newest_first)

    async def come_and_go() -> None:
        for _ in range(4):
            await desk.add(group.id, *people)
            await desk.remove(group.id, *people)

    orders = (range(500), range(499, -1, -1))
    imports = [upload(desk, file(orders[n % 2], f"note {n}")) for n in range(4)]
    done, *_ = await asyncio.gather(asyncio.gather(*imports), come_and_go())

    assert [counts(each) for each in done] == [(0, 500, 0, 0)] * 4
    assert await rows.drift(db, desk.person.caller) == []
