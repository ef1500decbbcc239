"""Tenants: made by super administrators, changed by their own administrators; and their people."""

from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from services.chassis.caller import Role
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.groups import rows
from tests.service.groups.desk import Desk, refused
from tests.support.issuer import Issuer
from vio.groups.v1 import (
    audit_service_pb2,
    contact_service_pb2,
    people_service_pb2,
    tenant_pb2,
)
from vio.groups.v1 import tenant_service_pb2 as pb


@pytest.fixture
def root(channel: grpc.aio.Channel, issuer: Issuer, tenant_id: UUID) -> Desk:
    """The desk of somebody who may make tenants."""
    return Desk(channel, issuer.person(Role.SUPER_ADMIN, tenant_id, "Rita Root"))


async def create(desk: Desk, tenant_id: object = "", **fields: Any) -> tenant_pb2.Tenant:
    usual = {"name": "Clinic", "timezone": "America/Denver"}
    request = pb.CreateTenantRequest(id=str(tenant_id), **{**usual, **fields})
    answer: tenant_pb2.Tenant = await desk.call("CreateTenant", request)
    return answer


async def get(desk: Desk) -> tenant_pb2.Tenant:
    answer: tenant_pb2.Tenant = await desk.call("GetTenant", pb.GetTenantRequest())
    return answer


async def update(desk: Desk, etag: str = "", **fields: Any) -> tenant_pb2.Tenant:
    """Changes the fields given; None clears."""
    given = {name: value for name, value in fields.items() if value is not None}
    mask = FieldMask(paths=list(fields))
    request = pb.UpdateTenantRequest(update_mask=mask, etag=etag, **given)
    answer: tenant_pb2.Tenant = await desk.call("UpdateTenant", request)
    return answer


async def test_a_new_tenant_is_what_its_own_people_see(
    root: Desk, desk: Desk, tenant_id: UUID
) -> None:
    """T-01."""
    made = await create(
        root,
        tenant_id,
        business_type=tenant_pb2.BUSINESS_TYPE_MEDICAL,
        medical=True,
        average_appointment_value=12_000,
    )

    assert await get(desk) == made
    assert (made.id, made.medical, made.average_appointment_value) == (str(tenant_id), True, 12_000)
    assert (made.default_country, made.currency) == ("US", "USD")
    assert (made.retention_days, made.undo_window_minutes) == (30, 15)


async def test_a_new_tenant_gets_an_id(root: Desk) -> None:
    made = await create(root, business_type=tenant_pb2.BUSINESS_TYPE_UNSPECIFIED)

    assert UUID(made.id) != root.person.caller.tenant_id
    assert made.business_type == tenant_pb2.BUSINESS_TYPE_GENERAL
    assert (await get(root)).name != "Clinic"


async def test_a_tenant_has_a_name(root: Desk) -> None:
    failure = await refused(create(root, name=""))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUIRED")


async def test_only_super_administrators_make_tenants(desk: Desk, staff: Desk) -> None:
    for somebody in (desk, staff):
        failure = await refused(create(somebody, new_id()))
        assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN")


async def test_a_tenant_is_made_once(root: Desk, tenant_id: UUID) -> None:
    first = await create(root, tenant_id, request_id="r-1")

    assert await create(root, tenant_id, request_id="r-1") == first
    failure = await refused(create(root, tenant_id))
    assert (failure.code, failure.reason) == (grpc.StatusCode.ALREADY_EXISTS, "TENANT_EXISTS")


async def test_only_what_the_mask_names_changes(root: Desk, desk: Desk, tenant_id: UUID) -> None:
    made = await create(root, tenant_id, average_appointment_value=5)

    saved = await update(
        desk, made.etag, timezone="Asia/Tokyo", undo_window_minutes=60, retention_days=7
    )
    cleared = await update(desk, saved.etag, average_appointment_value=None, medical=None)

    assert (saved.timezone, saved.undo_window_minutes, saved.retention_days) == (
        "Asia/Tokyo",
        60,
        7,
    )
    assert (saved.name, saved.average_appointment_value) == ("Clinic", 5)
    assert not cleared.HasField("average_appointment_value")
    assert await get(desk) == cleared


async def test_a_stale_etag_changes_nothing(root: Desk, desk: Desk, tenant_id: UUID) -> None:
    made = await create(root, tenant_id)
    saved = await update(desk, made.etag, name="Practice")

    failure = await refused(update(desk, made.etag, name="Hospital"))

    assert failure.reason == "ETAG_MISMATCH"
    assert await get(desk) == saved


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"name": " "}, "REQUIRED", "name"),
        ({"name": "x" * 101}, "TOO_LONG", "name"),
        ({"timezone": "Nowhere"}, "INVALID_TIMEZONE", "timezone"),
        ({"default_country": "usa"}, "INVALID_VALUE", "default_country"),
        ({"currency": "dollars"}, "INVALID_VALUE", "currency"),
        ({"business_type": 99}, "INVALID_CHOICE", "business_type"),
        ({"average_appointment_value": -1}, "INVALID_VALUE", "average_appointment_value"),
        ({"retention_days": 0}, "INVALID_VALUE", "retention_days"),
        ({"undo_window_minutes": 1441}, "INVALID_VALUE", "undo_window_minutes"),
        ({}, "NOTHING_TO_CHANGE", "update_mask"),
    ],
)
async def test_a_field_out_of_its_rule_is_named(
    root: Desk, desk: Desk, tenant_id: UUID, fields: dict[str, Any], reason: str, field: str
) -> None:
    made = await create(root, tenant_id)

    failure = await refused(update(desk, **fields))

    assert (failure.reason, failure.facts["field"]) == (reason, field)
    assert await get(desk) == made


async def test_an_unknown_field_is_refused(desk: Desk) -> None:
    request = pb.UpdateTenantRequest(update_mask=FieldMask(paths=["id"]))

    assert (await refused(desk.call("UpdateTenant", request))).reason == "UNKNOWN_FIELD"


async def test_staff_see_their_tenant_and_change_nothing(
    root: Desk, staff: Desk, tenant_id: UUID
) -> None:
    made = await create(root, tenant_id)

    assert await get(staff) == made
    assert (await refused(update(staff, name="Mine"))).reason == "FORBIDDEN"


async def test_a_change_is_audited_and_announced(
    root: Desk, desk: Desk, db: Database, tenant_id: UUID
) -> None:
    await create(root, tenant_id)
    await update(desk, name="Practice")

    events = await rows.events(db, desk.person.caller)
    assert events == ["TenantChanged", "TenantChanged"]


async def test_numbers_are_read_in_the_tenants_own_country(
    root: Desk, desk: Desk, tenant_id: UUID
) -> None:
    await create(root, tenant_id, default_country="DE", timezone="Europe/Berlin")

    request = contact_service_pb2.CreateContactRequest(name="Anna", phone="030 901820")
    made = await desk.call("CreateContact", request)

    assert made.phone == "+4930901820"


async def people(desk: Desk) -> list[tuple[str, str]]:
    answer = await desk.call("ListPeople", people_service_pb2.ListPeopleRequest())
    return [(each.name, each.role) for each in answer.people]


async def test_everybody_learns_who_they_are(desk: Desk, staff: Desk) -> None:
    for somebody in (desk, staff):
        me = await somebody.call("GetMe", people_service_pb2.GetMeRequest())
        who = somebody.person.caller
        assert (me.id, me.name, me.role) == (str(who.person_id), who.name, who.role)
        assert me.tenant_id == str(who.tenant_id)


async def test_people_are_known_once_they_came_or_were_entered(
    desk: Desk, staff: Desk, stranger: Desk
) -> None:
    await get(staff)
    await get(stranger)
    person = {"person_id": str(uuid4()), "name": "Nina New", "role": "client_user"}
    await desk.call("UpsertPerson", people_service_pb2.UpsertPersonRequest(**person))
    person["role"] = "client_admin"
    await desk.call("UpsertPerson", people_service_pb2.UpsertPersonRequest(**person))

    assert await people(desk) == [
        ("Ada Admin", "client_admin"),
        ("Nina New", "client_admin"),
        ("Uma User", "client_user"),
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"person_id": "nonsense"}, "INVALID_ID"),
        ({"name": ""}, "REQUIRED"),
        ({"name": "x" * 101}, "TOO_LONG"),
        ({"role": "super_admin"}, "INVALID_CHOICE"),
        ({"role": "service"}, "INVALID_CHOICE"),
    ],
)
async def test_an_entry_out_of_its_rules_is_refused(
    desk: Desk, fields: dict[str, str], reason: str
) -> None:
    usual = {"person_id": str(uuid4()), "name": "Nina New", "role": "client_user"}
    request = people_service_pb2.UpsertPersonRequest(**(usual | fields))

    assert (await refused(desk.call("UpsertPerson", request))).reason == reason


async def test_only_administrators_see_and_enter_people(staff: Desk) -> None:
    person = people_service_pb2.UpsertPersonRequest(
        person_id=str(staff.person.caller.person_id), name="Uma", role="client_admin"
    )

    assert (await refused(people(staff))).reason == "FORBIDDEN"
    assert (await refused(staff.call("UpsertPerson", person))).reason == "FORBIDDEN"


async def test_an_entry_is_of_the_own_tenant_only(desk: Desk, stranger: Desk) -> None:
    """S-03: the same person entered elsewhere is somebody else there."""
    person_id = str(uuid4())
    for somebody, name in ((desk, "Nina"), (stranger, "Norbert")):
        person = people_service_pb2.UpsertPersonRequest(
            person_id=person_id, name=name, role="client_user"
        )
        await somebody.call("UpsertPerson", person)

    assert ("Nina", "client_user") in await people(desk)
    assert ("Norbert", "client_user") in await people(stranger)


async def test_a_change_tells_what_it_changed_and_none_tells_nothing(
    root: Desk, desk: Desk, db: Database, tenant_id: UUID
) -> None:
    """S-16."""
    made = await create(root, tenant_id)

    same = await update(desk, made.etag, name="Clinic")
    await update(desk, made.etag, name="Practice", timezone=made.timezone)

    asked = audit_service_pb2.ListAuditEntriesRequest(action="tenant_updated")
    (entry,) = (await desk.call("ListAuditEntries", asked)).entries
    assert same == made
    assert [(each.field, each.before, each.after) for each in entry.changes] == [
        ("name", "Clinic", "Practice")
    ]
    assert await rows.events(db, desk.person.caller) == ["TenantChanged"] * 2
