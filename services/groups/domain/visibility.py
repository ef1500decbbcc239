"""Who sees a group, and with it whatever could be inferred from it."""

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.chassis.caller import Caller


class Visibility(StrEnum):
    """To whom a group is shown."""

    ALL_STAFF = "all_staff"
    ADMINS_ONLY = "admins_only"
    CUSTOM = "custom"


class Shown(Protocol):
    """Anything that is shown to some people only."""

    @property
    def visibility(self) -> Visibility: ...

    @property
    def permitted_users(self) -> Collection[UUID]: ...


def sees_all(caller: Caller) -> bool:
    """Whether nothing of the tenant is hidden from the caller."""
    return caller.is_admin or caller.is_machine


def sees(caller: Caller, shown: Shown) -> bool:
    """The rule that the store repeats in SQL."""
    if sees_all(caller) or shown.visibility is Visibility.ALL_STAFF:
        return True
    return shown.visibility is Visibility.CUSTOM and caller.person_id in shown.permitted_users
