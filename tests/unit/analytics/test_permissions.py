"""Who reads what."""

from uuid import UUID

import pytest

from services.analytics.domain import permissions
from services.analytics.domain.groups import Visibility
from services.analytics.domain.permissions import Action, Decision
from services.chassis.caller import Caller, Role
from services.chassis.errors import Forbidden, NotFound
from tests.unit.analytics.builders import group

TENANT, PERSON = UUID(int=1), UUID(int=2)


def someone(role: Role) -> Caller:
    return Caller(TENANT, PERSON, role)


@pytest.mark.parametrize(
    ("role", "visibility", "decision"),
    [
        (Role.SUPER_ADMIN, Visibility.ADMINS_ONLY, Decision.ALLOWED),
        (Role.CLIENT_ADMIN, Visibility.ADMINS_ONLY, Decision.ALLOWED),
        (Role.CLIENT_ADMIN, Visibility.CUSTOM, Decision.ALLOWED),
        (Role.CLIENT_USER, Visibility.ALL_STAFF, Decision.ALLOWED),
        (Role.CLIENT_USER, Visibility.ADMINS_ONLY, Decision.HIDDEN),
        (Role.CLIENT_USER, Visibility.CUSTOM, Decision.HIDDEN),
        (Role.SERVICE, Visibility.ALL_STAFF, Decision.FORBIDDEN),
        (Role.SERVICE, Visibility.ADMINS_ONLY, Decision.FORBIDDEN),
    ],
)
def test_role_and_visibility_decide(role: Role, visibility: Visibility, decision: Decision) -> None:
    """S-07 to S-10."""
    found = permissions.decide(someone(role), Action.ANALYTICS, group(visibility=visibility))

    assert found is decision


def test_a_grant_shows_a_custom_group() -> None:
    shown = group(visibility=Visibility.CUSTOM, permitted_users=(PERSON,))

    assert permissions.decide(someone(Role.CLIENT_USER), Action.ANALYTICS, shown) is (
        Decision.ALLOWED
    )


def test_only_administrators_read_everything() -> None:
    """A-28."""
    assert permissions.sees_everything(someone(Role.CLIENT_ADMIN))
    assert permissions.sees_everything(someone(Role.SUPER_ADMIN))
    assert not permissions.sees_everything(someone(Role.CLIENT_USER))
    assert not permissions.sees_everything(someone(Role.SERVICE))


def test_a_hidden_group_is_refused_as_absent_and_a_visible_one_as_forbidden() -> None:
    """S-06."""
    hidden = group(visibility=Visibility.ADMINS_ONLY)
    with pytest.raises(NotFound):
        permissions.allow(someone(Role.CLIENT_USER), Action.ANALYTICS, hidden)

    with pytest.raises(Forbidden):
        permissions.allow(someone(Role.SERVICE), Action.ANALYTICS, group())
