"""Imports beside other work: nobody's change gets lost, and none stops the file."""

import asyncio
from uuid import UUID

from sqlalchemy import select, text

from services.chassis.db import Database, Transaction
from services.groups.store import tables
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from tests.service.groups.uploads import counts, upload

_WAITING = text("select count(*) from pg_locks where locktype <> 'advisory' and not granted")


def file(numbers: range, note: str) -> bytes:
    """A file of these people, in this order."""
    lines = (f"C{n},Person {n},212-555-01{n % 100:02},{note}" for n in numbers)
    return "\n".join(["id,name,phone,notes", *lines]).encode()


async def hold(tx: Transaction, contact_id: UUID) -> None:
    """Locks a contact until the end of the transaction."""
    await tx.execute(select().where(tables.contacts.c.id == contact_id).with_for_update())


async def test_a_portion_that_gives_way_is_taken_again(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """X-05: of two that wait for each other the import, which waits longer, is the one to stop."""
    anna, ben = [await contacts.one(each, phone="+12125550101") for each in ("Anna", "Ben")]
    content = b"name,phone,notes\nAnna,2125550101,new\nBen,2125550101,new\n"

    async with db.transaction(desk.person.caller) as tx:
        await hold(tx, ben)
        importing = asyncio.create_task(upload(desk, content))
        while not await tx.fetch_value(_WAITING):
            await asyncio.sleep(0.01)
        await hold(tx, anna)

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
