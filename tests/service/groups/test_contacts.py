"""Contacts: made, read, changed and cleared by people, each once."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from psycopg.errors import CheckViolation

from services.chassis.db import Database
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from vio.groups.v1 import audit_service_pb2, contact_pb2, group_pb2
from vio.groups.v1 import contact_service_pb2 as pb

NOON = datetime(2026, 9, 15, 16, tzinfo=UTC)
EVERYTHING: dict[str, Any] = {
    "name": "Anna Ames",
    "phone": "(212) 555-0123",
    "email": "anna@mail.example",
    "external_id": "C-1",
    "timezone": "America/Denver",
    "language": "en-US",
    "appointment_type": "Check-up",
    "appointment_duration": 30,
    "owner_name": "Dr. Lee",
    "booking_source": "web",
    "special_instructions": "Speak slowly.\nUse the side door.",
    "call_before_hours": 24,
    "attributes": {"insurer": "Acme"},
}


def stamp(moment: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(moment)
    return made


async def create(desk: Desk, name: str = "Anna Ames", **fields: Any) -> contact_pb2.Contact:
    answer: contact_pb2.Contact = await desk.call(
        "CreateContact", pb.CreateContactRequest(name=name, **fields)
    )
    return answer


async def get(desk: Desk, contact_id: str) -> contact_pb2.Contact:
    answer: contact_pb2.Contact = await desk.call(
        "GetContact", pb.GetContactRequest(contact_id=contact_id)
    )
    return answer


async def update(
    desk: Desk, contact_id: str, *, etag: str = "", request_id: str = "", **fields: Any
) -> contact_pb2.Contact:
    """Changes the fields given; None clears."""
    given = {name: value for name, value in fields.items() if value is not None}
    request = pb.UpdateContactRequest(
        contact_id=contact_id,
        etag=etag,
        request_id=request_id,
        update_mask=FieldMask(paths=list(fields)),
        **given,
    )
    answer: contact_pb2.Contact = await desk.call("UpdateContact", request)
    return answer


async def test_everything_given_is_kept(desk: Desk) -> None:
    """C-01."""
    made = await create(desk, **EVERYTHING, appointment_time=stamp(NOON))

    read = await get(desk, made.id)
    assert read == made
    assert (read.phone, read.phone_raw) == ("+12125550123", "(212) 555-0123")
    assert read.appointment_status == group_pb2.APPOINTMENT_STATUS_PENDING
    assert read.appointment_time.ToDatetime(UTC) == NOON
    for name in EVERYTHING.keys() - {"phone"}:
        assert getattr(read, name) == EVERYTHING[name]
    assert (read.call_attempts, read.group_count, read.etag) == (0, 0, "1")
    assert not read.HasField("call_success_rate")


async def test_a_contact_needs_no_more_than_a_name(desk: Desk) -> None:
    made = await create(desk, "  Anna \t Ames ")

    assert made.name == "Anna Ames"
    assert made.appointment_status == group_pb2.APPOINTMENT_STATUS_UNKNOWN
    assert not any(made.HasField(name) for name in ("phone", "email", "appointment_time"))


async def test_groups_and_consent_come_along(desk: Desk, db: Database) -> None:
    group = await desk.create_group("VIP")

    made = await create(
        desk, group_ids=[group.id], consent_basis="existing_customer", consent_source="desk"
    )

    assert [ref.name for ref in made.groups] == ["VIP"]
    assert [(each.basis, each.source) for each in made.consents] == [("existing_customer", "desk")]
    assert (await desk.get_group(group.id)).contact_count == 1
    assert await rows.drift(db, desk.person.caller) == []


async def test_nothing_is_made_when_a_group_is_unknown(desk: Desk) -> None:
    failure = await refused(create(desk, group_ids=[str(uuid4())]))

    assert failure.reason == "GROUP_NOT_FOUND"
    listed = await desk.call("ListContacts", pb.ListContactsRequest())
    assert listed.pagination.total_contacts == 0


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"name": " "}, "REQUIRED", "name"),
        ({"name": "x" * 201}, "TOO_LONG", "name"),
        ({"name": "An\0na"}, "UNPRINTABLE", "name"),
        ({"phone": "12"}, "INVALID_PHONE", "phone"),
        ({"phone": "555-0100-nobody"}, "INVALID_PHONE", "phone"),
        ({"phone": "+1 212 555 0123 ext. 9"}, "INVALID_PHONE", "phone"),
        ({"phone": "1" * 51}, "TOO_LONG", "phone"),
        ({"email": "anna"}, "INVALID_EMAIL", "email"),
        ({"email": "anna@mail..example"}, "INVALID_EMAIL", "email"),
        ({"timezone": "Mars/Olympus"}, "INVALID_TIMEZONE", "timezone"),
        ({"language": "so-called english"}, "INVALID_VALUE", "language"),
        ({"appointment_duration": 0}, "INVALID_VALUE", "appointment_duration"),
        ({"call_before_hours": 169}, "INVALID_VALUE", "call_before_hours"),
        ({"appointment_status": 99}, "INVALID_CHOICE", "appointment_status"),
        ({"appointment_time": stamp(NOON.replace(year=1))}, "INVALID_VALUE", "appointment_time"),
        ({"appointment_time": stamp(NOON.replace(year=9999))}, "INVALID_VALUE", "appointment_time"),
        ({"special_instructions": "x" * 1001}, "TOO_LONG", "special_instructions"),
        ({"attributes": {f"n{n}": "" for n in range(21)}}, "INVALID_VALUE", "attributes"),
        ({"group_ids": ["nonsense"]}, "INVALID_ID", "group_ids"),
        ({"external_id": "x" * 101}, "TOO_LONG", "external_id"),
    ],
)
async def test_a_field_out_of_its_rule_is_named(
    desk: Desk, fields: dict[str, Any], reason: str, field: str
) -> None:
    """C-03."""
    failure = await refused(create(desk, **fields))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert failure.facts["field"] == field


async def test_numbers_are_read_in_the_tenants_country(desk: Desk) -> None:
    made = await create(desk, phone="+44 20 7946 0018")

    assert made.phone == "+442079460018"


async def test_an_external_id_belongs_to_one_contact(desk: Desk, stranger: Desk) -> None:
    anna = await create(desk, external_id="C-1")
    ben = await create(desk, "Ben", external_id="C-2")

    for failure in (
        await refused(create(desk, external_id="C-1")),
        await refused(update(desk, ben.id, external_id="C-1")),
    ):
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.ALREADY_EXISTS,
            "EXTERNAL_ID_TAKEN",
        )
    assert (await update(desk, anna.id, external_id="C-1", name="Anne")).external_id == "C-1"
    assert (await create(stranger, external_id="C-1")).external_id == "C-1"


async def test_only_what_the_mask_names_changes(desk: Desk) -> None:
    made = await create(desk, **EVERYTHING, appointment_time=stamp(NOON))

    saved = await update(desk, made.id, owner_name="Dr. Moe", phone="646 555 0100")

    assert (saved.owner_name, saved.phone) == ("Dr. Moe", "+16465550100")
    assert saved.phone_raw == "646 555 0100"
    assert (saved.name, saved.email, saved.etag) == (made.name, made.email, "2")
    assert await get(desk, made.id) == saved


async def test_what_is_named_and_not_given_is_cleared(desk: Desk) -> None:
    """C-04."""
    made = await create(desk, **EVERYTHING, appointment_time=stamp(NOON))
    cleared = [*(EVERYTHING.keys() - {"name"}), "appointment_time", "appointment_status"]

    nothing: dict[str, Any] = dict.fromkeys(cleared)
    saved: Any = await update(desk, made.id, **nothing)

    assert [name for name in cleared[:-1] if name != "attributes" and saved.HasField(name)] == []
    assert not saved.HasField("phone_raw")
    assert dict(saved.attributes) == {}
    assert saved.appointment_status == group_pb2.APPOINTMENT_STATUS_UNKNOWN


async def test_an_appointment_is_not_moved_to_where_nobody_can_read_it(desk: Desk) -> None:
    """C-03."""
    made = await create(desk, appointment_time=stamp(NOON))

    failure = await refused(update(desk, made.id, appointment_time=stamp(NOON.replace(year=2200))))

    assert (failure.reason, failure.facts["field"]) == ("INVALID_VALUE", "appointment_time")
    assert await get(desk, made.id) == made


@pytest.mark.parametrize("year", [1899, 2200, 9999])
async def test_the_table_takes_no_appointment_out_of_reach(contacts: Contacts, year: int) -> None:
    with pytest.raises(CheckViolation):
        await contacts.one("Anna", appointment_time=NOON.replace(year=year))


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        ([], "NOTHING_TO_CHANGE"),
        (["name"], "REQUIRED"),
        (["id"], "UNKNOWN_FIELD"),
        (["tenant_id"], "UNKNOWN_FIELD"),
        (["etag"], "UNKNOWN_FIELD"),
        (["do_not_call"], "UNKNOWN_FIELD"),
    ],
)
async def test_a_mask_out_of_its_rule_is_refused(desk: Desk, paths: list[str], reason: str) -> None:
    made = await create(desk)
    request = pb.UpdateContactRequest(contact_id=made.id, update_mask=FieldMask(paths=paths))

    assert (await refused(desk.call("UpdateContact", request))).reason == reason
    assert await get(desk, made.id) == made


async def test_a_stale_etag_changes_nothing(desk: Desk) -> None:
    """S-08."""
    made = await create(desk)
    await update(desk, made.id, etag=made.etag, name="Anne")

    failure = await refused(update(desk, made.id, etag=made.etag, name="Anita"))

    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert (failure.facts["sent"], failure.facts["found"]) == ("1", "2")
    assert (await get(desk, made.id)).name == "Anne"


async def test_a_change_to_the_same_changes_nothing(desk: Desk, db: Database) -> None:
    made = await create(desk)

    saved = await update(desk, made.id, name=made.name)

    assert saved == made
    assert await rows.events(db, desk.person.caller) == ["ContactChanged"]


async def test_every_change_is_audited_and_announced(desk: Desk, db: Database) -> None:
    """S-10."""
    made = await create(desk)
    await update(desk, made.id, name="Anne")

    request = audit_service_pb2.ListAuditEntriesRequest()
    entries = (await desk.call("ListAuditEntries", request)).entries

    assert {entry.action for entry in entries} == {"contact_created", "contact_updated"}
    assert await rows.events(db, desk.person.caller) == ["ContactChanged"] * 2


async def test_a_repeated_request_gets_the_first_answer(desk: Desk, db: Database) -> None:
    """S-09."""
    key = str(uuid4())

    first = await create(desk, **EVERYTHING, appointment_time=stamp(NOON), request_id=key)
    again = await create(desk, **EVERYTHING, appointment_time=stamp(NOON), request_id=key)
    changed = await update(desk, first.id, name="Anne", request_id=key)
    changed_again = await update(desk, first.id, name="Anne", request_id=key)

    assert first == again
    assert changed == changed_again
    assert await rows.events(db, desk.person.caller) == ["ContactChanged"] * 2


async def test_a_request_id_belongs_to_one_request(desk: Desk) -> None:
    key = str(uuid4())
    await create(desk, request_id=key)

    failure = await refused(create(desk, "Ben", request_id=key))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "REQUEST_ID_REUSED",
    )


async def test_staff_read_and_change_nothing(desk: Desk, staff: Desk) -> None:
    made = await create(desk)

    assert (await get(staff, made.id)).name == made.name
    for call in (create(staff), update(staff, made.id, name="x"), update(staff, str(uuid4()))):
        failure = await refused(call)
        assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN")


async def raw(call: Any) -> tuple[Any, ...]:
    """Everything that a refusal says on the wire."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return error.value.code(), error.value.details(), tuple(error.value.trailing_metadata() or ())


async def test_anothers_contact_is_as_absent_as_any(desk: Desk, stranger: Desk) -> None:
    """S-03: the bytes are the same, so nothing can be inferred."""
    theirs = await create(stranger, consent_basis="written")
    consent = theirs.consents[0].id

    def calls(contact_id: str, consent_id: str) -> list[Any]:
        return [
            get(desk, contact_id),
            update(desk, contact_id, name="Mine"),
            desk.call("RecordConsent", pb.RecordConsentRequest(contact_id=contact_id, basis="x")),
            desk.call(
                "RevokeConsent",
                pb.RevokeConsentRequest(contact_id=contact_id, consent_id=consent_id),
            ),
        ]

    foreign = [await raw(call) for call in calls(theirs.id, consent)]
    random = [await raw(call) for call in calls(str(uuid4()), str(uuid4()))]

    assert foreign == random
    assert {answer[0] for answer in foreign} == {grpc.StatusCode.NOT_FOUND}
    assert await get(stranger, theirs.id) == theirs


async def test_an_id_that_is_none_is_refused(desk: Desk) -> None:
    assert (await refused(get(desk, "nonsense"))).reason == "INVALID_ID"
