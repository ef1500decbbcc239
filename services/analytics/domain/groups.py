"""A group as analytics knows it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.chassis.caller import Caller


class Visibility(StrEnum):
    """To whom a group is shown."""

    ALL_STAFF = "all_staff"
    ADMINS_ONLY = "admins_only"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Group:
    """A group after its latest change; figures are shown to who may see it."""

    id: UUID
    name: str
    description: str | None
    color: str
    icon: str | None
    visibility: Visibility
    permitted_users: tuple[UUID, ...]
    archived: bool
    created_at: datetime
    deleted_at: datetime | None = None


def sees_all(caller: Caller) -> bool:
    """Whether nothing of the tenant is hidden from the caller."""
    return caller.is_admin or caller.is_machine


def sees(caller: Caller, group: Group) -> bool:
    """The rule that the store repeats in SQL."""
    if sees_all(caller) or group.visibility is Visibility.ALL_STAFF:
        return True
    return group.visibility is Visibility.CUSTOM and caller.person_id in group.permitted_users
