"""A contact's appointment moves on; the past ones stay as visits."""

from datetime import UTC, datetime

import pytest

from services.chassis.db import Database
from tests.service.groups import rows
from tests.service.groups.desk import Desk
from tests.service.groups.rows import Visited
from tests.service.groups.test_contacts import create, stamp, update
from tests.service.groups.uploads import upload
from vio.groups.v1 import contact_service_pb2 as pb
from vio.groups.v1 import group_pb2

PAST = datetime(2020, 1, 1, 10, tzinfo=UTC)
NEXT = datetime(2031, 1, 1, 10, tzinfo=UTC)
AFTER = datetime(2031, 6, 1, 10, tzinfo=UTC)
PENDING = group_pb2.APPOINTMENT_STATUS_PENDING
CONFIRMED = group_pb2.APPOINTMENT_STATUS_CONFIRMED
COMPLETED = group_pb2.APPOINTMENT_STATUS_COMPLETED


async def test_a_first_appointment_is_pending(desk: Desk) -> None:
    anna = await create(desk)

    changed = await update(desk, anna.id, appointment_time=stamp(NEXT))

    assert changed.appointment_status == PENDING


@pytest.mark.parametrize("status", [CONFIRMED, COMPLETED])
async def test_a_moved_appointment_is_pending_again(
    desk: Desk, status: group_pb2.AppointmentStatus
) -> None:
    anna = await create(desk, appointment_time=stamp(PAST), appointment_status=status)

    changed = await update(desk, anna.id, appointment_time=stamp(NEXT))

    assert changed.appointment_status == PENDING


async def test_a_moved_appointment_may_bring_its_status(desk: Desk) -> None:
    anna = await create(desk, appointment_time=stamp(PAST), appointment_status=COMPLETED)

    changed = await update(
        desk, anna.id, appointment_time=stamp(NEXT), appointment_status=CONFIRMED
    )

    assert changed.appointment_status == CONFIRMED


async def test_without_an_appointment_the_status_is_unknown(desk: Desk) -> None:
    """M-05."""
    anna = await create(desk, appointment_time=stamp(NEXT), appointment_status=CONFIRMED)

    changed = await update(desk, anna.id, appointment_time=None)

    assert changed.appointment_status == group_pb2.APPOINTMENT_STATUS_UNKNOWN


async def test_the_status_stays_while_the_time_does(desk: Desk) -> None:
    anna = await create(desk, appointment_time=stamp(NEXT), appointment_status=CONFIRMED)

    changed = await update(desk, anna.id, name="Ann", appointment_time=stamp(NEXT))

    assert changed.appointment_status == CONFIRMED


async def test_a_past_appointment_stays_as_a_visit(desk: Desk, db: Database) -> None:
    """M-16."""
    anna = await create(
        desk,
        appointment_time=stamp(PAST),
        appointment_status=COMPLETED,
        appointment_type="Check-up",
    )

    await update(desk, anna.id, appointment_time=stamp(NEXT))

    assert await rows.visited(db, desk.person.caller) == [Visited(PAST, "Check-up", "completed")]


async def test_an_appointment_that_never_came_is_no_visit(desk: Desk, db: Database) -> None:
    anna = await create(desk, appointment_time=stamp(NEXT))

    await update(desk, anna.id, appointment_time=stamp(AFTER))

    assert await rows.visited(db, desk.person.caller) == []


async def test_a_visit_that_ended_early_is_one(desk: Desk, db: Database) -> None:
    anna = await create(desk, appointment_time=stamp(NEXT), appointment_status=COMPLETED)

    await update(desk, anna.id, appointment_time=stamp(AFTER))

    assert await rows.visited(db, desk.person.caller) == [Visited(NEXT, None, "completed")]


async def test_a_visit_keeps_the_last_word_about_it(desk: Desk, db: Database) -> None:
    anna = await create(desk, appointment_time=stamp(PAST), appointment_status=COMPLETED)

    await update(desk, anna.id, appointment_time=None)
    await update(desk, anna.id, appointment_time=stamp(PAST))
    no_show = group_pb2.APPOINTMENT_STATUS_NO_SHOW
    await update(desk, anna.id, appointment_status=no_show)
    await update(desk, anna.id, appointment_time=stamp(NEXT))

    assert await rows.visited(db, desk.person.caller) == [Visited(PAST, None, "no_show")]


@pytest.mark.parametrize(
    "before", [b"1,A,212-555-0101,,\n", b"1,A,212-555-0101,2020-01-01 10:00,completed\n"]
)
async def test_an_imported_appointment_begins_anew(desk: Desk, before: bytes) -> None:
    await upload(desk, b"id,name,phone,appointment,status\n" + before)

    await upload(desk, b"id,name,phone,appointment\n1,A,212-555-0101,2031-01-01 10:00\n")

    (contact,) = (await desk.call("ListContacts", pb.ListContactsRequest())).contacts
    assert contact.appointment_status == PENDING


async def test_an_import_keeps_the_appointment_that_it_replaces(desk: Desk, db: Database) -> None:
    """M-16."""
    await create(desk, external_id="1", appointment_time=stamp(PAST), appointment_type="Check-up")

    await upload(desk, b"id,name,phone,appointment\n1,A,212-555-0101,2031-01-01 10:00\n")

    assert await rows.visited(db, desk.person.caller) == [Visited(PAST, "Check-up", "pending")]
