"""Who may do what with campaigns, and who sees which."""

from uuid import UUID

import pytest

from services.campaigns.domain import permissions
from services.campaigns.domain.permissions import Action, GroupView
from services.chassis.caller import Caller, Role
from services.chassis.errors import Forbidden

TENANT, SOMEBODY, GROUP = UUID(int=1), UUID(int=2), UUID(int=3)


def caller(role: Role) -> Caller:
    return Caller(TENANT, SOMEBODY, role)


@pytest.mark.parametrize("role", [Role.SUPER_ADMIN, Role.CLIENT_ADMIN])
@pytest.mark.parametrize("action", Action)
def test_administrators_may_do_everything(role: Role, action: Action) -> None:
    permissions.allow(caller(role), action)


@pytest.mark.parametrize("role", [Role.CLIENT_USER, Role.SERVICE])
@pytest.mark.parametrize("action", [each for each in Action if each is not Action.VIEW])
def test_staff_and_machines_only_look(role: Role, action: Action) -> None:
    permissions.allow(caller(role), Action.VIEW)

    with pytest.raises(Forbidden):
        permissions.allow(caller(role), action)


@pytest.mark.parametrize(
    ("visibility", "people", "seen"),
    [
        ("all_staff", (), True),
        ("admins_only", (SOMEBODY,), False),
        ("custom", (), False),
        ("custom", (UUID(int=7),), False),
        ("custom", (SOMEBODY,), True),
    ],
)
def test_staff_see_campaigns_of_the_groups_that_they_see(
    visibility: str, people: tuple[UUID, ...], *, seen: bool
) -> None:
    group = GroupView(GROUP, visibility, people)

    assert permissions.sees(caller(Role.CLIENT_USER), group) is seen


def test_a_group_nobody_told_of_is_hidden_from_staff() -> None:
    assert not permissions.sees(caller(Role.CLIENT_USER), None)
    assert permissions.sees(caller(Role.CLIENT_ADMIN), None)
