"""Who may read which figures: one decision for role, action and group."""

from enum import StrEnum

from services.analytics.domain import errors, groups
from services.analytics.domain.groups import Group
from services.chassis.caller import Caller, Role


class Action(StrEnum):
    """What can be asked for; the words stand in refusals."""

    ANALYTICS = "analytics"
    FULL_ANALYTICS = "full_analytics"


class Decision(StrEnum):
    """The answer: hidden things are denied like absent ones."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"


_ROLES = {
    Role.SUPER_ADMIN: frozenset(Action),
    Role.CLIENT_ADMIN: frozenset(Action),
    Role.CLIENT_USER: frozenset({Action.ANALYTICS}),
}


def decide(caller: Caller, action: Action, group: Group | None = None) -> Decision:
    """Denies by default; an action without a group concerns all that the caller sees."""
    if group is not None and not groups.sees(caller, group):
        return Decision.HIDDEN
    if action in _ROLES.get(caller.role, frozenset()):
        return Decision.ALLOWED
    return Decision.FORBIDDEN


def allow(caller: Caller, action: Action, group: Group | None = None) -> None:
    """Refuses what the role does not have; a hidden group as if it were absent."""
    match decide(caller, action, group):
        case Decision.HIDDEN:
            raise errors.no_group()
        case Decision.FORBIDDEN:
            raise errors.forbidden(action)


def sees_everything(caller: Caller) -> bool:
    """Whether the role reads more than members, calls, answers and their rates (A-28)."""
    return decide(caller, Action.FULL_ANALYTICS) is Decision.ALLOWED
