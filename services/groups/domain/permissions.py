"""Who may do what: one decision for role, action and object."""

from enum import StrEnum
from typing import TypeVar

from services.chassis.caller import Caller, Role
from services.groups.domain import errors, visibility
from services.groups.domain.visibility import Shown


class Action(StrEnum):
    """What can be asked for; the words stand in refusals."""

    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    MANAGE_MEMBERS = "manage_members"
    BULK_OPERATIONS = "bulk_operations"
    CALL = "call"
    ANALYTICS = "analytics"
    EXPORT = "export"
    AUDIT = "audit"


class Decision(StrEnum):
    """The answer: hidden things are denied like absent ones."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"


_ROLES = {
    Role.SUPER_ADMIN: frozenset(Action),
    Role.CLIENT_ADMIN: frozenset(Action),
    Role.CLIENT_USER: frozenset({Action.VIEW, Action.ANALYTICS}),
    Role.SERVICE: frozenset({Action.VIEW}),
}

Thing = TypeVar("Thing", bound=Shown)


def decide(caller: Caller, action: Action, shown: Shown | None = None) -> Decision:
    """Denies by default; an action without an object concerns the whole tenant."""
    if shown is not None and not visibility.sees(caller, shown):
        return Decision.HIDDEN
    if action in _ROLES.get(caller.role, frozenset()):
        return Decision.ALLOWED
    return Decision.FORBIDDEN


def allow(caller: Caller, action: Action) -> None:
    """Refuses an action of the whole tenant that the role does not have."""
    if decide(caller, action) is not Decision.ALLOWED:
        raise errors.forbidden(action)


def allowed(caller: Caller, action: Action, found: Thing | None) -> Thing:
    """The group that was found; refuses it as absent when it is hidden."""
    if found is None:
        raise errors.no_group()
    match decide(caller, action, found):
        case Decision.HIDDEN:
            raise errors.no_group()
        case Decision.FORBIDDEN:
            raise errors.forbidden(action)
        case Decision.ALLOWED:
            return found
