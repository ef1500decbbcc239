"""What an import did is on record with it, also when the import never came to its end."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from sqlalchemy import select, text

from services.chassis.db import Database, Transaction
from services.chassis.ids import new_id
from services.groups.store import tables
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from tests.service.groups.test_audit import changes, entries
from tests.service.groups.uploads import counts, get, upload
from tests.support.databases import Databases
from vio.groups.v1 import audit_service_pb2
from vio.groups.v1 import import_service_pb2 as pb
from vio.groups.v1.import_service_pb2_grpc import ImportServiceStub

_WAITING = text(
    "select count(*) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
)
HEADER = b"id,name,phone\n"
FILE = HEADER + b"".join(b"C%d,Person %d,212-555-01%02d\n" % (n, n, n % 100) for n in range(1200))


async def on_record(desk: Desk, action: str, import_id: str) -> int:
    """How many entries of the kind the audit has of the import."""
    request = audit_service_pb2.ListAuditEntriesRequest(action=action, operation_id=import_id)
    found = await desk.call("ListAuditEntries", request)
    return int(found.pagination.total_entries)


async def two_portions_are_on_record(desk: Desk, db: Database, import_id: str) -> None:
    """What is true of an import cut off there; the same file then takes the rest."""
    found = await get(desk, import_id)
    assert (counts(found), found.HasField("finished_at")) == ((1000, 0, 0, 0), False)
    assert await on_record(desk, "contact_created", import_id) == 1000
    assert await on_record(desk, "contacts_imported", import_id) == 0
    assert await rows.events(db, desk.person.caller) == ["ContactChanged"] * 1000
    assert counts(await upload(desk, FILE)) == (200, 0, 1000, 0)


async def test_a_process_killed_half_way_leaves_what_it_did_on_record(
    desk: Desk, db: Database, databases: Databases, tmp_path: Path
) -> None:
    """O-12, S-16, L-11: the portions committed are whole, and nothing is taken twice."""
    import_id, path = str(new_id()), tmp_path / "people.csv"
    path.write_bytes(FILE)
    who = desk.person.caller
    given = (databases.url("groups"), who.tenant_id, who.person_id, import_id, path)

    doomed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.service.groups.doomed_import", *map(str, given))
    )

    assert await doomed.wait() == -signal.SIGKILL
    await two_portions_are_on_record(desk, db, import_id)


@pytest.mark.usefixtures("breaks_half_way")
async def test_who_is_told_of_a_failure_is_told_where_to_look(desk: Desk, db: Database) -> None:
    """S-16: the failure names the import, so that what it did can be found."""
    failure = await refused(upload(desk, FILE))

    assert failure.code is grpc.StatusCode.INTERNAL
    await two_portions_are_on_record(desk, db, failure.operation_id)


async def somebody_waits(tx: Transaction, expected: bool) -> None:
    """Until another transaction waits for this one, or none does any more."""
    async with asyncio.timeout(20):
        while bool(await tx.fetch_value(_WAITING)) != expected:
            await asyncio.sleep(0.01)


async def test_a_client_that_leaves_half_way_can_find_what_was_done(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """S-16: whatever was committed is counted and audited; a row of the rest is held till then."""
    held = await contacts.one("Somebody", external_id="C700")
    stub: Any = ImportServiceStub(desk.channel)

    async def messages() -> AsyncIterator[pb.ImportContactsRequest]:
        yield pb.ImportContactsRequest(options=pb.ImportOptions())
        yield pb.ImportContactsRequest(chunk=FILE)

    async with db.transaction(desk.person.caller) as tx:
        await tx.execute(select().where(tables.contacts.c.id == held).with_for_update())
        call = stub.ImportContacts(messages(), metadata=desk.person.metadata, timeout=60)
        import_id = str(dict(await call.initial_metadata())["x-operation-id"])
        await somebody_waits(tx, True)
        call.cancel()
        await somebody_waits(tx, False)

    assert counts(await get(desk, import_id)) == (500, 0, 0, 0)
    assert await on_record(desk, "contact_created", import_id) == 500
    assert len(await rows.events(db, desk.person.caller)) == 500
    assert counts(await upload(desk, FILE)) == (699, 1, 500, 0)


async def test_each_contact_that_a_file_changes_is_on_record(desk: Desk) -> None:
    """O-12, S-16: who was made, what was changed from what to what, what consent was recorded."""
    await upload(desk, HEADER + b"1,Anna,212-555-0101\n2,Ben,212-555-0102\n")

    done = await upload(
        desk,
        b"id,name,phone,provider,appointment\n"
        b"1,Anne,,Dr. Lee,2030-01-02 09:00Z\n2,Ben,,,\n3,Cleo,212-555-0103,,\n",
        consent_basis="written",
        consent_source="desk",
    )

    assert counts(done) == (1, 1, 1, 0)
    trail = [each for each in await entries(desk) if each.operation_id == done.import_id]
    by_action: dict[str, list[Any]] = {}
    for each in trail:
        by_action.setdefault(each.action, []).append(each)
    (updated,) = by_action.pop("contact_updated")
    assert changes(updated) == {
        "name": ("Anna", "Anne"),
        "owner_name": (None, "Dr. Lee"),
        "appointment_time": (None, "2030-01-02 09:00:00+00:00"),
        "appointment_status": ("unknown", "pending"),
    }
    (created,) = by_action.pop("contact_created")
    assert created.contact_id not in {"", updated.contact_id}
    consents = by_action.pop("consent_recorded")
    assert [changes(each) for each in consents] == [
        {"basis": (None, "written"), "source": (None, "desk")}
    ] * 3
    assert [*by_action] == ["contacts_imported"]


async def test_an_import_that_came_to_its_end_says_so(desk: Desk) -> None:
    done = await upload(desk, FILE)
    counted = await upload(desk, FILE, dry_run=True)

    assert (await get(desk, done.import_id)).finished_at == done.finished_at
    assert done.finished_at.ToMicroseconds() > done.at.ToMicroseconds()
    assert not counted.HasField("finished_at")
    assert await on_record(desk, "contacts_imported", done.import_id) == 1
