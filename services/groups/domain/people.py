"""Somebody who works for a tenant."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis import texts
from services.chassis.caller import Role
from services.chassis.errors import not_given, unknown_choice

_ENTERED = (Role.CLIENT_ADMIN, Role.CLIENT_USER)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with name and role."""

    id: UUID
    name: str
    role: str


def entered(person_id: UUID, name: str, role: str) -> Person:
    """Somebody whom an administrator enters; super administrators can't be entered."""
    called = texts.line(name, "name", limit=100)
    if not called:
        raise not_given("name")
    if role not in _ENTERED:
        raise unknown_choice("role", [each.value for each in _ENTERED])
    return Person(person_id, called, role)
