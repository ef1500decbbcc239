"""Who may do what with campaigns: one decision for role, action and group."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.campaigns.domain import errors
from services.chassis.caller import Caller, Role


class Action(StrEnum):
    """What can be asked for; the words stand in refusals."""

    VIEW = "view"
    CALL = "call"
    CONTROL = "control"
    SUPPRESS = "suppress"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class GroupView:
    """What is known of who may see a group."""

    group_id: UUID
    visibility: str
    permitted_users: Collection[UUID] = ()
    deleted: bool = False


_ROLES = {
    Role.SUPER_ADMIN: frozenset(Action),
    Role.CLIENT_ADMIN: frozenset(Action),
    Role.CLIENT_USER: frozenset({Action.VIEW}),
    Role.SERVICE: frozenset({Action.VIEW}),
}


def sees(caller: Caller, group: GroupView | None) -> bool:
    """Whether the caller may see a group's campaigns; an unknown group is hidden from staff."""
    if caller.is_admin or caller.is_machine:
        return True
    if group is None:
        return False
    if group.visibility == "all_staff":
        return True
    return group.visibility == "custom" and caller.person_id in group.permitted_users


def allow(caller: Caller, action: Action) -> None:
    """Refuses what the role does not have."""
    if action not in _ROLES.get(caller.role, frozenset()):
        raise errors.forbidden(action)
