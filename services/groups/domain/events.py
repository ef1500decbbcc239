"""What the groups context announces to the other contexts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.groups import Group
from services.groups.domain.tenants import Tenant

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """A group after it was created, changed, archived, deleted or restored."""

    group: Group


@dataclass(frozen=True, slots=True)
class MembersAdded:
    """Contacts that became members of a group."""

    group_id: UUID
    contact_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class MembersRemoved:
    """Contacts that are no longer members of a group."""

    group_id: UUID
    contact_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class TenantChanged:
    """A tenant's profile after a change."""

    tenant: Tenant


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """What other contexts need of a contact after a change."""

    id: UUID
    appointment_status: AppointmentStatus
    appointment_time: datetime | None
    appointment_type: str | None
    created_at: datetime
    deleted_at: datetime | None = None


def of_members(
    group_id: UUID, contact_ids: Sequence[UUID], at: datetime, *, joined: bool
) -> Iterator[MembersAdded | MembersRemoved]:
    """One event for every thousand contacts that joined or left a group at one moment."""
    kind = MembersAdded if joined else MembersRemoved
    for start in range(0, len(contact_ids), AT_ONCE):
        yield kind(group_id, tuple(contact_ids[start : start + AT_ONCE]), at)
