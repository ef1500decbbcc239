"""What the groups context announces, as facts."""

from collections.abc import Callable
from datetime import UTC
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed

from services.analytics.domain.facts import Contact, Fact, Moved, Profile
from services.analytics.domain.groups import Group, Visibility
from services.chassis.feed import wire
from vio.groups.v1 import events_pb2, group_pb2


def fact(payload: Packed) -> Fact | None:
    """None for kinds of events that don't concern figures."""
    name = payload.TypeName().rpartition(".")[2]
    read = _KINDS.get(name)
    return read(payload.value) if read else None


def _profile(content: bytes) -> Profile:
    tenant = events_pb2.TenantChanged.FromString(content).tenant
    value = tenant.average_appointment_value
    has_value = tenant.HasField("average_appointment_value")
    return Profile(tenant.timezone, tenant.currency, value if has_value else None)


def _group(content: bytes) -> Group:
    event = events_pb2.GroupChanged.FromString(content)
    shown = wire.word(group_pb2.Visibility, event.visibility, "VISIBILITY_")
    return Group(
        id=UUID(event.group_id),
        name=event.name,
        description=event.description if event.HasField("description") else None,
        color=event.color,
        icon=event.icon if event.HasField("icon") else None,
        # What is not understood is shown to administrators only.
        visibility=Visibility(shown) if shown else Visibility.ADMINS_ONLY,
        permitted_users=wire.ids(event.permitted_users),
        archived=event.archived,
        created_at=event.created_at.ToDatetime(UTC),
        deleted_at=wire.moment(event, "deleted_at"),
    )


def _joined(content: bytes) -> Moved:
    event = events_pb2.MembersAdded.FromString(content)
    members = wire.ids(event.contact_ids)
    return Moved(UUID(event.group_id), members, joined=True, at=event.at.ToDatetime(UTC))


def _left(content: bytes) -> Moved:
    event = events_pb2.MembersRemoved.FromString(content)
    members = wire.ids(event.contact_ids)
    return Moved(UUID(event.group_id), members, joined=False, at=event.at.ToDatetime(UTC))


def _contact(content: bytes) -> Contact:
    event = events_pb2.ContactChanged.FromString(content)
    status = wire.word(group_pb2.AppointmentStatus, event.appointment_status, "APPOINTMENT_STATUS_")
    return Contact(
        id=UUID(event.contact_id),
        appointment_status=status or "unknown",
        appointment_time=wire.moment(event, "appointment_time"),
        deleted_at=wire.moment(event, "deleted_at"),
    )


_KINDS: dict[str, Callable[[bytes], Fact]] = {
    "TenantChanged": _profile,
    "GroupChanged": _group,
    "MembersAdded": _joined,
    "MembersRemoved": _left,
    "ContactChanged": _contact,
}
