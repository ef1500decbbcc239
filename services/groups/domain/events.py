"""What the groups context announces to the other contexts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.groups.domain.groups import Group


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
