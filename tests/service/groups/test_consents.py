"""Consents: recorded, taken back, and what they leave behind."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.groups.usecases import audience
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from vio.groups.v1 import audit_service_pb2, contact_pb2
from vio.groups.v1 import contact_service_pb2 as pb


async def record(
    desk: Desk, contact_id: object, basis: str = "written", **fields: Any
) -> contact_pb2.Consent:
    request = pb.RecordConsentRequest(contact_id=str(contact_id), basis=basis, **fields)
    answer: contact_pb2.Consent = await desk.call("RecordConsent", request)
    return answer


async def revoke(desk: Desk, contact_id: object, consent_id: str) -> contact_pb2.Consent:
    request = pb.RevokeConsentRequest(contact_id=str(contact_id), consent_id=consent_id)
    answer: contact_pb2.Consent = await desk.call("RevokeConsent", request)
    return answer


async def consents(desk: Desk, contact_id: object) -> list[contact_pb2.Consent]:
    request = pb.GetContactRequest(contact_id=str(contact_id))
    return list((await desk.call("GetContact", request)).consents)


async def actions(desk: Desk) -> list[str]:
    request = audit_service_pb2.ListAuditEntriesRequest()
    return [entry.action for entry in (await desk.call("ListAuditEntries", request)).entries]


async def test_a_consent_stands_with_the_contact(desk: Desk, contacts: Contacts) -> None:
    anna = await contacts.one("Anna")
    given_at = Timestamp()
    given_at.FromDatetime(datetime(2020, 2, 29, tzinfo=UTC))

    written = await record(desk, anna, source="form 7", captured_at=given_at)
    spoken = await record(desk, anna, "verbal", channel="sms", purpose="marketing")

    assert await consents(desk, anna) == [spoken, written]
    assert (written.channel, written.purpose) == ("voice", "appointments")
    assert written.captured_at == given_at
    assert (spoken.channel, spoken.purpose, spoken.source) == ("sms", "marketing", "")


async def test_taking_back_twice_is_taking_back_once(desk: Desk, contacts: Contacts) -> None:
    anna = await contacts.one("Anna")
    written = await record(desk, anna)

    first = await revoke(desk, anna, written.id)
    again = await revoke(desk, anna, written.id)

    assert first.HasField("revoked_at")
    assert first == again
    assert await consents(desk, anna) == [first]
    assert sorted(await actions(desk)) == ["consent_recorded", "consent_revoked"]


async def test_recording_is_repeatable(desk: Desk, contacts: Contacts) -> None:
    anna = await contacts.one("Anna")

    first = await record(desk, anna, request_id="r-1")
    again = await record(desk, anna, request_id="r-1")

    assert first == again
    assert len(await consents(desk, anna)) == 1
    reused = await refused(record(desk, anna, "verbal", request_id="r-1"))
    assert reused.reason == "REQUEST_ID_REUSED"


async def test_a_consent_belongs_to_its_contact(desk: Desk, contacts: Contacts) -> None:
    anna, ben = await contacts.make("Anna", "Ben")
    written = await record(desk, anna)

    assert (await refused(revoke(desk, ben, written.id))).reason == "CONSENT_NOT_FOUND"
    assert not (await consents(desk, anna))[0].HasField("revoked_at")


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"basis": ""}, "REQUIRED", "basis"),
        ({"basis": "x" * 51}, "TOO_LONG", "basis"),
        ({"source": "x" * 201}, "TOO_LONG", "source"),
        ({"channel": "Phone"}, "INVALID_CHOICE", "channel"),
        ({"purpose": "anything"}, "INVALID_CHOICE", "purpose"),
        ({"captured_at": Timestamp(seconds=2**32)}, "INVALID_VALUE", "captured_at"),
        ({"captured_at": Timestamp(seconds=10**13)}, "INVALID_TIME", "captured_at"),
    ],
)
async def test_a_consent_out_of_its_rules_is_refused(
    desk: Desk, contacts: Contacts, fields: dict[str, Any], reason: str, field: str
) -> None:
    anna = await contacts.one("Anna")

    failure = await refused(record(desk, anna, **fields))

    assert (failure.reason, failure.facts["field"]) == (reason, field)
    assert await consents(desk, anna) == []


@pytest.mark.parametrize(
    ("leave", "basis"),
    [
        ({}, "written"),
        ({"channel": "voice", "purpose": "appointments"}, "written"),
        ({"channel": "sms"}, ""),
        ({"purpose": "marketing"}, ""),
    ],
)
async def test_the_consent_shown_is_the_one_that_a_dial_accepts(
    desk: Desk, db: Database, contacts: Contacts, leave: dict[str, str], basis: str
) -> None:
    """M-04 and S-15."""
    anna = await contacts.one("Anna")
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])

    await record(desk, anna, **leave)

    (member,) = (await desk.members(group.id)).members
    tenant = desk.person.caller.tenant_id
    assert tenant is not None
    facts = await audience.dial_facts(db, Caller.service(tenant), (anna,), UUID(group.id))
    assert (member.consent, facts.contacts[0].consent_basis) == (basis, basis)


async def test_staff_record_and_revoke_nothing(desk: Desk, staff: Desk, contacts: Contacts) -> None:
    anna = await contacts.one("Anna")
    written = await record(desk, anna)

    assert (await refused(record(staff, anna))).reason == "FORBIDDEN"
    assert (await refused(revoke(staff, anna, written.id))).reason == "FORBIDDEN"
    assert [each.id for each in await consents(staff, anna)] == [written.id]
