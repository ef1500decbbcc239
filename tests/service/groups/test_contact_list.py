"""Lists of contacts: appointments by the tenant's days, page tokens, and what medical staff see."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from services.chassis.db import Database
from services.groups.domain.tenants import Profile
from services.groups.store import tenants
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from vio.groups.v1 import audit_service_pb2, contact_pb2, group_pb2, selection_pb2
from vio.groups.v1 import contact_service_pb2 as pb

WRITTEN: dict[str, Any] = {
    "email": "anna@mail.example",
    "external_id": "MRN-1",
    "appointment_type": "Oncology",
    "owner_name": "Dr. Lee",
    "booking_source": "web",
    "special_instructions": "Speak slowly.",
}


async def listed(desk: Desk, **fields: Any) -> pb.ListContactsResponse:
    answer: pb.ListContactsResponse = await desk.call(
        "ListContacts", pb.ListContactsRequest(**fields)
    )
    return answer


async def names(desk: Desk, **fields: Any) -> list[str]:
    return [each.name for each in (await listed(desk, **fields)).contacts]


async def keep(db: Database, desk: Desk, profile: Profile) -> None:
    async with db.transaction(desk.person.caller) as tx:
        await tenants.create(tx, profile)


def zone_of_another_day() -> ZoneInfo:
    """Where it is not UTC's day now, and midnight is half an hour away at least."""
    now = datetime.now(UTC)
    is_early = (now.hour, now.minute) < (10, 30)
    return ZoneInfo("Pacific/Pago_Pago" if is_early else "Pacific/Kiritimati")


def stamp(moment: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(moment)
    return made


async def test_tomorrow_is_the_tenants_tomorrow(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """F-08."""
    zone = zone_of_another_day()
    await keep(db, desk, Profile(timezone=zone.key))
    today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow, after = today + timedelta(days=1), today + timedelta(days=2)
    moments = {
        "A last today": tomorrow - timedelta(seconds=1),
        "B first tomorrow": tomorrow,
        "C last tomorrow": after - timedelta(seconds=1),
        "D day after": after,
    }
    for name, moment in moments.items():
        await contacts.one(name, appointment_time=moment)
    await contacts.one("E without")

    assert await names(desk, appointment=selection_pb2.APPOINTMENT_DAY_TODAY) == ["A last today"]
    assert await names(desk, appointment=selection_pb2.APPOINTMENT_DAY_TOMORROW) == [
        "B first tomorrow",
        "C last tomorrow",
    ]
    between = {"appointment_from": stamp(tomorrow), "appointment_to": stamp(after)}
    assert await names(desk, **between) == ["B first tomorrow", "C last tomorrow"]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"status_filter": group_pb2.APPOINTMENT_STATUS_CONFIRMED}, ["Ben"]),
        ({"provider": "Dr. Lee"}, ["Anna"]),
        ({"type": "Oncology"}, ["Anna"]),
        ({"source": "web"}, ["Anna"]),
        ({"search": "mail.exam"}, ["Anna"]),
        ({"search": "oncol"}, ["Anna"]),
        ({"search": "555-0177"}, ["Ben"]),
        ({"search": "50%"}, []),
        ({"call_result": selection_pb2.CALL_RESULT_NEVER_CALLED}, ["Anna"]),
        ({"call_result": selection_pb2.CALL_RESULT_FAILED}, ["Ben"]),
    ],
)
async def test_each_filter_finds_its_own(
    desk: Desk, contacts: Contacts, fields: dict[str, Any], found: list[str]
) -> None:
    """F-07, F-08."""
    await contacts.one("Anna", **WRITTEN)
    await contacts.one(
        "Ben",
        phone="+12125550177",
        appointment_status="confirmed",
        call_attempts=2,
        last_call_at=datetime(2026, 1, 1, tzinfo=UTC),
        last_call_failed=True,
    )

    assert await names(desk, **fields) == found


@pytest.mark.parametrize(
    "fields",
    [
        {"appointment": selection_pb2.APPOINTMENT_DAY_TODAY, "appointment_from": Timestamp()},
        {"appointment_from": Timestamp(seconds=2), "appointment_to": Timestamp(seconds=1)},
        {"status_filter": 99},
        {"call_result": 99},
        {"appointment": 99},
        {"appointment_from": Timestamp(seconds=10**13)},
        {"search": "\0"},
    ],
)
async def test_a_filter_out_of_its_rules_is_refused(desk: Desk, fields: dict[str, Any]) -> None:
    failure = await refused(listed(desk, **fields))

    assert failure.code.name == "INVALID_ARGUMENT"
    assert failure.facts["field"]


async def test_a_page_token_continues_its_own_list_only(
    desk: Desk, staff: Desk, stranger: Desk, contacts: Contacts
) -> None:
    """S-06: sealed for the caller and the question; any other is refused."""
    await contacts.many(3)
    token = (await listed(desk, page_size=1)).pagination.next_page_token
    spoilt = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]

    assert await names(desk, page_size=1, page_token=token) == ["Person 0001"]
    for call in (
        listed(desk, page_size=1, page_token=spoilt),
        listed(desk, page_size=1, page_token=token, search="person"),
        listed(staff, page_size=1, page_token=token),
        listed(stranger, page_size=1, page_token=token),
    ):
        assert (await refused(call)).reason == "INVALID_PAGE_TOKEN"


async def test_a_page_holds_25_or_at_most_100(desk: Desk, contacts: Contacts) -> None:
    await contacts.bulk(110)

    usual, most = await listed(desk), await listed(desk, page_size=10**6)

    assert (len(usual.contacts), usual.pagination.page_size) == (25, 25)
    assert (len(most.contacts), most.pagination.page_size) == (100, 100)
    assert (most.pagination.total_contacts, most.pagination.total_pages) == (110, 2)


async def shown(desk: Desk, contact_id: object) -> contact_pb2.Contact:
    answer: contact_pb2.Contact = await desk.call(
        "GetContact", pb.GetContactRequest(contact_id=str(contact_id))
    )
    return answer


async def test_medical_staff_see_what_they_need(
    desk: Desk, staff: Desk, db: Database, contacts: Contacts
) -> None:
    """S-12: name, phone, appointment time and status; instructions in no list."""
    await keep(db, desk, Profile(medical=True))
    anna = await contacts.one("Anna", **WRITTEN)
    await desk.call("RecordConsent", pb.RecordConsentRequest(contact_id=str(anna), basis="written"))

    seen: Any
    for seen in (await shown(staff, anna), (await listed(staff)).contacts[0]):
        assert (seen.name, seen.phone) == ("Anna", "+12125550100")
        assert [name for name in WRITTEN if seen.HasField(name)] == []
        assert list(seen.consents) == []
    whole = await shown(desk, anna)
    assert [getattr(whole, name) for name in WRITTEN] == list(WRITTEN.values())
    (row,) = (await listed(desk)).contacts
    assert (row.email, row.special_instructions) == ("anna@mail.example", "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider": "Dr. Lee"}, "provider"),
        ({"type": "Oncology"}, "type"),
        ({"source": "web"}, "source"),
    ],
)
async def test_what_is_masked_can_not_be_asked_for(
    desk: Desk, staff: Desk, db: Database, contacts: Contacts, fields: dict[str, str], field: str
) -> None:
    """S-12."""
    await keep(db, desk, Profile(medical=True))
    await contacts.one("Anna", **WRITTEN)

    failure = await refused(listed(staff, **fields))

    assert (failure.reason, failure.facts["field"]) == ("FIELD_HIDDEN", field)
    assert await names(desk, **fields) == ["Anna"]
    assert await names(staff, search="oncol") == []
    assert await names(staff, search="anna@mail") == []
    assert await names(staff, search="Anna") == ["Anna"]


async def test_reading_a_medical_contact_is_audited(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """S-12."""
    await keep(db, desk, Profile(medical=True))
    anna = await contacts.one("Anna")

    await shown(desk, anna)

    request = audit_service_pb2.ListAuditEntriesRequest(action="contact_read")
    (entry,) = (await desk.call("ListAuditEntries", request)).entries
    assert entry.contact_id == str(anna)
