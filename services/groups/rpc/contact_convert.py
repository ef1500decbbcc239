"""Contacts, tenants and people between messages and the domain."""

from typing import Any

from services.chassis import wire
from services.chassis.caller import Caller
from services.groups.domain import performance
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.consents import Consent
from services.groups.domain.contacts import Contact
from services.groups.domain.people import Person
from services.groups.domain.tenants import Tenant
from services.groups.rpc import convert
from vio.groups.v1 import contact_pb2, group_pb2, people_service_pb2, tenant_pb2

FIELDS = (
    "name",
    "phone",
    "email",
    "external_id",
    "timezone",
    "language",
    "appointment_type",
    "appointment_duration",
    "owner_name",
    "booking_source",
    "special_instructions",
    "call_before_hours",
)


def contact(shown: Contact) -> contact_pb2.Contact:
    fields = shown.fields
    return contact_pb2.Contact(
        id=str(shown.id),
        phone_raw=fields.phone_raw,
        appointment_time=wire.from_moment(fields.appointment_time),
        appointment_status=wire.from_word(group_pb2.AppointmentStatus, fields.appointment_status),
        attributes=fields.attributes,
        consents=map(consent, shown.consents),
        do_not_call=shown.do_not_call,
        call_attempts=shown.calls.attempts,
        last_contact_time=wire.from_moment(shown.calls.last_contact_time),
        next_scheduled_call=wire.from_moment(shown.calls.next_scheduled_call),
        call_success_rate=performance.percent(shown.calls.answered, shown.calls.attempts),
        groups=map(convert.ref, shown.groups),
        group_ids=[str(each.id) for each in shown.groups],
        group_count=len(shown.groups),
        created_at=wire.from_moment(shown.created_at),
        updated_at=wire.from_moment(shown.updated_at),
        deleted_at=wire.from_moment(shown.deleted_at),
        etag=shown.etag,
        **{name: getattr(fields, name) for name in FIELDS},
    )


def consent(shown: Consent) -> contact_pb2.Consent:
    return contact_pb2.Consent(
        id=str(shown.id),
        channel=shown.channel,
        purpose=shown.purpose,
        basis=shown.basis,
        source=shown.source,
        captured_at=wire.from_moment(shown.captured_at),
        revoked_at=wire.from_moment(shown.revoked_at),
    )


def given(message: Any) -> dict[str, Any]:
    """Every field of a contact that the message has, None where it is left out."""
    values = {
        name: getattr(message, name) if name == "name" or message.HasField(name) else None
        for name in FIELDS
    }
    return {
        **values,
        "appointment_time": wire.to_moment(message, "appointment_time"),
        "appointment_status": wire.to_word(
            group_pb2.AppointmentStatus,
            message.appointment_status,
            AppointmentStatus,
            "appointment_status",
        ),
        "attributes": dict(message.attributes),
    }


def tenant(shown: Tenant) -> tenant_pb2.Tenant:
    profile = shown.profile
    return tenant_pb2.Tenant(
        id=str(shown.id),
        name=profile.name,
        business_type=wire.from_word(tenant_pb2.BusinessType, profile.business_type),
        timezone=profile.timezone,
        default_country=profile.default_country,
        medical=profile.medical,
        currency=profile.currency,
        average_appointment_value=profile.average_appointment_value,
        retention_days=profile.retention_days,
        undo_window_minutes=profile.undo_window_minutes,
        created_at=wire.from_moment(shown.created_at),
        updated_at=wire.from_moment(shown.updated_at),
        etag=shown.etag,
    )


def person(shown: Person, caller: Caller) -> people_service_pb2.Person:
    return people_service_pb2.Person(
        id=str(shown.id), name=shown.name, role=shown.role, tenant_id=str(caller.tenant_id)
    )
