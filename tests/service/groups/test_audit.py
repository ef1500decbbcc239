"""The audit: complete, append-only, for administrators; what medical tenants add to it."""

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text

from services.chassis.db import Database
from services.groups.domain.tenants import Profile
from services.groups.store import tenants
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from tests.service.groups.uploads import download, upload
from vio.groups.v1 import audit_service_pb2 as pb
from vio.groups.v1 import contact_service_pb2 as contacts_pb
from vio.groups.v1 import group_pb2, selection_pb2
from vio.groups.v1 import group_service_pb2 as groups_pb
from vio.groups.v1 import import_service_pb2 as imports_pb
from vio.groups.v1 import selection_service_pb2 as selections_pb
from vio.groups.v1.import_service_pb2_grpc import ImportServiceStub


async def entries(desk: Desk, **fields: Any) -> list[Any]:
    """A page of the audit, newest first."""
    answer = await desk.call("ListAuditEntries", pb.ListAuditEntriesRequest(**fields))
    return list(answer.entries)


def changes(entry: Any) -> dict[str, tuple[str | None, str | None]]:
    return {
        each.field: (
            each.before if each.HasField("before") else None,
            each.after if each.HasField("after") else None,
        )
        for each in entry.changes
    }


async def test_the_life_of_a_group_is_on_record(desk: Desk, contacts: Contacts) -> None:
    """G-12, G-17, G-18, S-16."""
    anna = await contacts.one("Anna")
    group = await desk.create_group("VIP", color="#EC4899", initial_contact_ids=[str(anna)])
    mask = FieldMask(paths=["name", "visibility"])
    change = groups_pb.UpdateGroupRequest(
        group_id=group.id,
        name="Best",
        visibility=group_pb2.VISIBILITY_ADMINS_ONLY,
        update_mask=mask,
    )
    await desk.call("UpdateGroup", change)
    await desk.call(
        "DeleteGroup", groups_pb.DeleteGroupRequest(group_id=group.id, reason="no longer used")
    )

    trail = await entries(desk, group_id=group.id)

    assert [each.action for each in trail] == [
        "group_deleted",
        "member_removed",
        "group_updated",
        "member_added",
        "group_created",
    ]
    deleted, left, updated, joined, created = trail
    assert changes(created)["name"] == (None, "VIP")
    assert changes(created)["initial_contacts"] == (None, "1")
    assert changes(updated) == {"name": ("VIP", "Best"), "visibility": ("all_staff", "admins_only")}
    assert changes(deleted)["memberships"] == ("1", None)
    assert (deleted.reason, left.reason) == ("no longer used", "no longer used")
    assert {joined.contact_id, left.contact_id} == {str(anna)}
    assert left.operation_id == deleted.operation_id
    assert {each.person_id for each in trail} == {str(desk.person.caller.person_id)}


async def test_a_refused_change_leaves_no_entry(desk: Desk) -> None:
    group = await desk.create_group("VIP")

    await refused(desk.create_group("vip"))
    await refused(desk.add(group.id, uuid4()))

    assert [each.action for each in await entries(desk)] == ["group_created"]


async def test_a_change_that_changes_nothing_leaves_no_entry(desk: Desk) -> None:
    group = await desk.create_group("VIP")
    change = groups_pb.UpdateGroupRequest(
        group_id=group.id, name=" VIP ", update_mask=FieldMask(paths=["name"])
    )

    assert (await desk.call("UpdateGroup", change)).etag == group.etag
    assert len(await entries(desk, group_id=group.id)) == 1


async def test_entries_are_found_by_person_action_object_and_time(
    desk: Desk, stranger: Desk, contacts: Contacts
) -> None:
    """S-16."""
    anna = await contacts.one("Anna")
    group = await desk.create_group("VIP")
    added = await desk.add(group.id, anna)
    await stranger.create_group("Theirs")

    (created,) = await entries(desk, action="group_created")
    (by_contact,) = await entries(desk, contact_id=str(anna))
    (by_operation,) = await entries(desk, operation_id=added.operation_id)

    assert created.group_id == group.id
    assert by_contact == by_operation
    assert by_contact.action == "member_added"
    assert not await entries(desk, person_id=str(uuid4()))
    before = {"to": by_contact.at, "group_id": group.id}
    assert [each.action for each in await entries(desk, **before)] == ["group_created"]


async def test_all_pages_of_the_audit_together_are_the_audit(
    desk: Desk, contacts: Contacts
) -> None:
    people = await contacts.many(7)
    group = await desk.create_group("VIP", initial_contact_ids=map(str, people))

    found, token = [], ""
    for _ in range(3):
        request = pb.ListAuditEntriesRequest(group_id=group.id, page_size=3, page_token=token)
        page = await desk.call("ListAuditEntries", request)
        found += [each.id for each in page.entries]
        token = page.pagination.next_page_token
        assert page.pagination.total_entries == 8

    assert (len(found), len(set(found)), token) == (8, 8, "")


async def test_the_whole_audit_is_counted_too(desk: Desk) -> None:
    for name in ("VIP", "New"):
        await desk.create_group(name)

    page = await desk.call("ListAuditEntries", pb.ListAuditEntriesRequest(page_size=1))

    assert (page.pagination.total_entries, page.pagination.total_pages) == (2, 2)


async def test_the_audit_is_for_administrators(desk: Desk, staff: Desk) -> None:
    failure = await refused(entries(staff))

    assert (failure.code.name, failure.reason) == ("PERMISSION_DENIED", "FORBIDDEN")


@pytest.mark.parametrize(
    "statement", ["update audit set reason = 'x'", "delete from audit", "truncate audit"]
)
async def test_nobody_can_rewrite_the_audit(desk: Desk, db: Database, statement: str) -> None:
    """S-16: the application's role may only append."""
    with pytest.raises(InsufficientPrivilege):
        async with db.transaction(desk.person.caller) as tx:
            await tx.execute(text(statement))


@pytest.fixture
async def medical(desk: Desk, db: Database) -> None:
    """Makes the tenant one that the rules for health data apply to."""
    async with db.transaction(desk.person.caller) as tx:
        await tenants.create(tx, Profile(timezone="America/New_York", medical=True))


@pytest.mark.usefixtures("medical")
async def test_reading_members_of_a_medical_group_is_on_record(
    desk: Desk, staff: Desk, contacts: Contacts
) -> None:
    """S-12."""
    anna = await contacts.one("Anna")
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])

    await staff.members(group.id)

    (entry,) = await entries(desk, action="members_read")
    assert (entry.group_id, entry.person_id) == (group.id, str(staff.person.caller.person_id))
    assert changes(entry) == {
        "page": (None, "1"),
        "members": (None, "1"),
        "fields": (None, "name, phone, appointment_time, appointment_status"),
    }


async def test_reading_members_elsewhere_is_not(desk: Desk) -> None:
    group = await desk.create_group("VIP")

    await desk.members(group.id)

    assert not await entries(desk, action="members_read")


@pytest.mark.usefixtures("medical")
async def test_medical_staff_see_what_they_need_and_search_no_more(
    desk: Desk, staff: Desk, contacts: Contacts
) -> None:
    """S-13."""
    anna = await contacts.one(
        "Anna",
        email="anna@example.com",
        appointment_type="Oncology",
        appointment_duration=30,
        owner_name="Dr. Smith",
    )
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])

    (masked,) = (await staff.members(group.id)).members
    (whole,) = (await desk.members(group.id)).members

    assert (masked.name, masked.phone) == ("Anna", "+12125550100")
    for field in ("email", "appointment_type", "appointment_duration", "owner_name"):
        assert whole.HasField(field)
        assert not masked.HasField(field)
    for search, hits in (("oncology", 0), ("example.com", 0), ("ann", 1), ("5550100", 1)):
        assert len((await staff.members(group.id, search=search)).members) == hits, search
        assert len((await desk.members(group.id, search=search)).members) == 1
    for field in ("provider", "type", "source"):
        failure = await refused(staff.members(group.id, **{field: "Dr. Smith"}))
        assert (failure.code.name, failure.reason) == ("PERMISSION_DENIED", "FIELD_HIDDEN")


@pytest.mark.usefixtures("medical")
async def test_the_sample_of_a_selection_is_a_reading(
    desk: Desk, staff: Desk, contacts: Contacts
) -> None:
    """S-12: whoever sees names leaves a trace."""
    await contacts.make("Anna", "Ben")
    group = await desk.create_group("VIP")

    asked = selection_pb2.Selection(none=[group.id])
    kept = await staff.call(
        "CreateSelection", selections_pb.CreateSelectionRequest(selection=asked)
    )

    (read,) = await entries(desk, action="contacts_read")
    assert len(kept.sample) == 2
    assert read.person_id == str(staff.person.caller.person_id)
    assert changes(read) == {
        "contacts": (None, "2"),
        "fields": (None, "name"),
        "groups": (None, group.id),
    }


@pytest.mark.usefixtures("medical")
async def test_a_reading_names_what_was_read_of_a_person(
    desk: Desk, staff: Desk, contacts: Contacts
) -> None:
    """S-12 and S-14."""
    anna = await contacts.one(
        "Anna", owner_name="Dr. Lee", special_instructions="Speak slowly.", phone_raw="212 5550100"
    )

    for reader in (staff, desk):
        await reader.call("GetContact", contacts_pb.GetContactRequest(contact_id=str(anna)))

    by_admin, by_staff = await entries(desk, action="contact_read")
    assert changes(by_staff) == {"fields": (None, "name, phone")}
    assert changes(by_admin) == {
        "fields": (None, "name, phone, phone_raw, owner_name, special_instructions")
    }


async def test_a_contact_is_made_on_record_with_its_consent(desk: Desk) -> None:
    """S-16 and X-11."""
    await desk.call(
        "CreateContact",
        contacts_pb.CreateContactRequest(
            name="Anna", phone="212-555-0103", consent_basis="written", consent_source="form 7"
        ),
    )

    consent, created = await entries(desk)
    assert (created.action, consent.action) == ("contact_created", "consent_recorded")
    assert changes(created) == {
        "name": (None, "Anna"),
        "phone": (None, "+12125550103"),
        "phone_raw": (None, "212-555-0103"),
    }
    assert changes(consent) == {
        "basis": (None, "written"),
        "channel": (None, "voice"),
        "purpose": (None, "appointments"),
        "source": (None, "form 7"),
    }


async def test_downloading_rejected_rows_is_on_record(desk: Desk) -> None:
    """S-12: each export."""
    done = await upload(desk, b"name,phone\nBad,12\nGood,212-555-0111\n")

    await download(desk, done.import_id)

    (read,) = await entries(desk, action="rejected_rows_read")
    assert read.operation_id == done.import_id
    assert changes(read) == {"rows": (None, "1"), "columns": (None, "name, phone")}


async def test_rejected_rows_that_do_not_arrive_were_read_all_the_same(desk: Desk) -> None:
    rows = b"".join(b"Bad %d,12\n" % number for number in range(3000))
    done = await upload(desk, b"name,phone\n" + rows)
    stub: Any = ImportServiceStub(desk.channel)
    request = imports_pb.DownloadErrorsRequest(import_id=done.import_id)

    call = stub.DownloadErrors(request, metadata=desk.person.metadata, timeout=10)
    await call.read()
    call.cancel()

    assert len(await entries(desk, action="rejected_rows_read")) == 1
