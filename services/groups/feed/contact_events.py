"""What happens to tenants and contacts, as other contexts hear it."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from services.groups.domain.events import ContactChanged, TenantChanged
from vio.groups.v1 import events_pb2, group_pb2, tenant_pb2


def tenant_changed(event: TenantChanged) -> events_pb2.TenantChanged:
    tenant, profile = event.tenant, event.tenant.profile
    trade = f"BUSINESS_TYPE_{profile.business_type.upper()}"
    return events_pb2.TenantChanged(
        tenant=tenant_pb2.Tenant(
            id=str(tenant.id),
            name=profile.name,
            business_type=tenant_pb2.BusinessType.Value(trade),
            timezone=profile.timezone,
            default_country=profile.default_country,
            medical=profile.medical,
            currency=profile.currency,
            average_appointment_value=profile.average_appointment_value,
            retention_days=profile.retention_days,
            undo_window_minutes=profile.undo_window_minutes,
            etag=tenant.etag,
        )
    )


def contact_changed(event: ContactChanged) -> events_pb2.ContactChanged:
    status = f"APPOINTMENT_STATUS_{event.appointment_status.upper()}"
    message = events_pb2.ContactChanged(
        contact_id=str(event.id),
        appointment_status=group_pb2.AppointmentStatus.Value(status),
        appointment_type=event.appointment_type,
    )
    message.created_at.FromDatetime(event.created_at)
    if event.appointment_time is not None:
        message.appointment_time.FromDatetime(event.appointment_time)
    if event.deleted_at is not None:
        message.deleted_at.FromDatetime(event.deleted_at)
    return message


ENCODERS: dict[type, Callable[[Any], Message]] = {
    TenantChanged: tenant_changed,
    ContactChanged: contact_changed,
}
