"""Who may do what: every role, action and visibility."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from services.chassis.caller import Caller, Role
from services.chassis.errors import Forbidden, NotFound
from services.groups.domain import permissions
from services.groups.domain.permissions import Action, Decision
from services.groups.domain.visibility import Visibility

ME = uuid4()


@dataclass(frozen=True)
class Thing:
    visibility: Visibility
    permitted_users: frozenset[UUID] = frozenset()


def caller(role: Role) -> Caller:
    return Caller(uuid4(), ME, role)


@pytest.mark.parametrize("role", [Role.CLIENT_ADMIN, Role.SUPER_ADMIN])
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("visibility", Visibility)
def test_an_administrator_may_do_everything(
    role: Role, action: Action, visibility: Visibility
) -> None:
    """S-03, S-05, S-09."""
    assert permissions.decide(caller(role), action, Thing(visibility)) is Decision.ALLOWED


@pytest.mark.parametrize("action", Action)
def test_staff_view_and_see_basic_figures_and_do_nothing_else(action: Action) -> None:
    """S-04."""
    decision = permissions.decide(caller(Role.CLIENT_USER), action, Thing(Visibility.ALL_STAFF))

    expected = action in {Action.VIEW, Action.ANALYTICS}
    assert decision is (Decision.ALLOWED if expected else Decision.FORBIDDEN)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(
    "hidden",
    [
        Thing(Visibility.ADMINS_ONLY),
        Thing(Visibility.CUSTOM),
        Thing(Visibility.CUSTOM, frozenset({uuid4()})),
        Thing(Visibility.ADMINS_ONLY, frozenset({ME})),
    ],
)
def test_what_is_hidden_is_hidden_for_every_action(action: Action, hidden: Thing) -> None:
    """S-06, S-08."""
    assert permissions.decide(caller(Role.CLIENT_USER), action, hidden) is Decision.HIDDEN


def test_a_grant_shows_the_group_to_the_person_named() -> None:
    """S-09."""
    shown = Thing(Visibility.CUSTOM, frozenset({ME}))

    assert permissions.decide(caller(Role.CLIENT_USER), Action.VIEW, shown) is Decision.ALLOWED


def test_hidden_and_absent_are_refused_with_the_same_words() -> None:
    with pytest.raises(NotFound) as absent:
        permissions.allowed(caller(Role.CLIENT_USER), Action.EDIT, None)
    with pytest.raises(NotFound) as hidden:
        permissions.allowed(caller(Role.CLIENT_USER), Action.EDIT, Thing(Visibility.ADMINS_ONLY))

    assert (absent.value.reason, absent.value.message) == (
        hidden.value.reason,
        hidden.value.message,
    )
    assert absent.value.facts == hidden.value.facts


def test_a_visible_group_is_refused_with_the_operation() -> None:
    with pytest.raises(Forbidden, match="Insufficient permissions for edit operation"):
        permissions.allowed(caller(Role.CLIENT_USER), Action.EDIT, Thing(Visibility.ALL_STAFF))
