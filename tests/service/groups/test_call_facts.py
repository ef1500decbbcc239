"""What contacts learn from calls, as campaigns announces them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.field_mask_pb2 import FieldMask

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.feed import Change
from services.chassis.ids import new_id
from services.groups.feed import learning
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, ids
from tests.service.groups.rows import events
from vio.campaigns.v1 import campaign_pb2 as campaign
from vio.campaigns.v1.events_pb2 import AttemptEnded
from vio.groups.v1 import contact_pb2, group_pb2, selection_pb2
from vio.groups.v1 import contact_service_pb2 as pb

CALLED_AT = datetime(2030, 1, 1, 9, tzinfo=UTC)
Call = Mapping[str, Any]
ANSWERED: Call = {"counts": True, "answered": True}
VOICEMAIL: Call = {"counts": True}
REFUSED: Call = {}


async def told(
    db: Database, desk: Desk, contact: UUID, attempt: UUID, call: Call, **fields: Any
) -> None:
    """Campaigns announces an attempt."""
    at = fields.pop("at", CALLED_AT)
    ended_at = fields.pop("ended_at", at)
    message = AttemptEnded(
        attempt_id=str(attempt),
        contact_id=str(contact),
        **{"version": 1, **call, **fields},
    )
    message.dialled_at.FromDatetime(at)
    message.ended_at.FromDatetime(ended_at)
    payload = Packed()
    payload.Pack(message)
    tenant = desk.person.caller.tenant_id
    assert tenant is not None
    async with db.transaction(Caller.service(tenant)) as tx:
        await learning.apply(tx, Change(new_id(), tenant, at, payload))


async def known(desk: Desk, contact: UUID) -> contact_pb2.Contact:
    answer: contact_pb2.Contact = await desk.call(
        "GetContact", pb.GetContactRequest(contact_id=str(contact))
    )
    return answer


async def never_called(desk: Desk) -> list[UUID]:
    asked = pb.ListContactsRequest(call_result=selection_pb2.CALL_RESULT_NEVER_CALLED)
    return ids((await desk.call("ListContacts", asked)).contacts)


async def test_whom_the_provider_refused_was_never_called(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    """Ruling 6: attempt not counted."""
    anna = await contacts.one("Anna")

    await told(db, desk, anna, new_id(), REFUSED)

    assert (await known(desk, anna)).call_attempts == 0
    assert await never_called(desk) == [anna]


async def test_an_attempt_thought_refused_counts_once_it_turns_out_taken(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna, attempt = await contacts.one("Anna"), new_id()

    await told(db, desk, anna, attempt, ANSWERED, version=2)
    await told(db, desk, anna, attempt, REFUSED, version=1)

    assert (await known(desk, anna)).call_attempts == 1
    assert await never_called(desk) == []


async def test_a_refusal_after_a_call_leaves_the_call_as_the_last_one(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna = await contacts.one("Anna")
    later = CALLED_AT + timedelta(minutes=5)

    await told(db, desk, anna, new_id(), ANSWERED)
    await told(db, desk, anna, new_id(), REFUSED, at=later)

    contact = await known(desk, anna)
    assert (contact.call_attempts, contact.call_success_rate) == (1, 100)
    assert contact.last_contact_time.ToDatetime(UTC) == CALLED_AT


CONFIRMED = {"appointment_action": campaign.APPOINTMENT_ACTION_CONFIRMED}
CANCELLED = {"appointment_action": campaign.APPOINTMENT_ACTION_CANCELLED}


async def with_appointment(contacts: Contacts) -> UUID:
    return await contacts.one("Anna", appointment_time=CALLED_AT, appointment_status="pending")


async def status(desk: Desk, contact: UUID) -> str:
    return group_pb2.AppointmentStatus.Name((await known(desk, contact)).appointment_status)[19:]


async def edit(desk: Desk, contact: UUID, status: int) -> None:
    message = pb.UpdateContactRequest(
        contact_id=str(contact),
        appointment_status=status,  # type: ignore[arg-type]
        update_mask=FieldMask(paths=["appointment_status"]),
    )
    await desk.call("UpdateContact", message)


async def test_a_voicemail_known_late_takes_the_decision_back(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    """X-22: a voicemail known late revises the outcome."""
    anna, attempt = await with_appointment(contacts), new_id()

    await told(db, desk, anna, attempt, ANSWERED, **CONFIRMED)
    confirmed = await status(desk, anna)
    await told(db, desk, anna, attempt, VOICEMAIL, version=2)

    assert (confirmed, await status(desk, anna)) == ("CONFIRMED", "PENDING")
    assert await events(db, desk.person.caller) == ["ContactChanged"] * 2


async def test_a_decision_taken_back_leaves_the_one_before(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna, first, second = await with_appointment(contacts), new_id(), new_id()
    later = CALLED_AT + timedelta(minutes=5)

    await told(db, desk, anna, first, ANSWERED, **CONFIRMED)
    await told(db, desk, anna, second, ANSWERED, at=later, **CANCELLED)
    await told(db, desk, anna, second, VOICEMAIL, at=later, version=2)
    remaining = await status(desk, anna)
    await told(db, desk, anna, first, VOICEMAIL, version=2)

    assert (remaining, await status(desk, anna)) == ("CONFIRMED", "PENDING")


async def test_of_two_calls_that_end_at_once_the_second_decides(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna, end = await with_appointment(contacts), CALLED_AT + timedelta(minutes=1)
    later = CALLED_AT + timedelta(seconds=30)

    await told(db, desk, anna, new_id(), ANSWERED, ended_at=end, **CONFIRMED)
    await told(db, desk, anna, new_id(), ANSWERED, at=later, ended_at=end, **CANCELLED)

    assert await status(desk, anna) == "CANCELLED"


async def test_calls_decide_the_same_in_any_order(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna, first, second = await with_appointment(contacts), new_id(), new_id()
    later = CALLED_AT + timedelta(minutes=5)

    await told(db, desk, anna, second, ANSWERED, at=later, **CANCELLED)
    await told(db, desk, anna, first, VOICEMAIL, version=2)
    await told(db, desk, anna, first, ANSWERED, **CONFIRMED)

    assert await status(desk, anna) == "CANCELLED"


async def test_what_people_edited_after_the_call_stays(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna, attempt = await with_appointment(contacts), new_id()
    before = datetime.now(UTC) - timedelta(minutes=5)

    await told(db, desk, anna, attempt, ANSWERED, at=before, **CONFIRMED)
    await edit(desk, anna, group_pb2.APPOINTMENT_STATUS_COMPLETED)
    await told(db, desk, anna, attempt, VOICEMAIL, at=before, version=2)
    await told(db, desk, anna, new_id(), ANSWERED, at=before, **CANCELLED)

    assert await status(desk, anna) == "COMPLETED"


async def test_without_an_appointment_nothing_is_decided(
    db: Database, desk: Desk, contacts: Contacts
) -> None:
    anna = await contacts.one("Anna")

    await told(db, desk, anna, new_id(), ANSWERED, **CONFIRMED)

    assert await status(desk, anna) == "UNKNOWN"
