"""A group and the rules of its fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.chassis import texts
from services.groups.domain import errors, icons
from services.groups.domain.visibility import Visibility

NAME_LENGTH = 50
DESCRIPTION_LENGTH = 255
DEFAULT_COLOR = "#3B82F6"
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_VARIATION = "\ufe0f"
_ICONS = {icon.replace(_VARIATION, ""): icon for icon in icons.ALL}


@dataclass(frozen=True, slots=True)
class Fields:
    """What people decide about a group."""

    name: str
    description: str | None = None
    color: str = DEFAULT_COLOR
    icon: str | None = None
    visibility: Visibility = Visibility.ALL_STAFF
    permitted_users: frozenset[UUID] = frozenset()
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """The latest thing that happened in a group, and to how many contacts."""

    at: datetime
    what: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Calls:
    """How the calls to a group's members went so far."""

    total: int
    answered: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Group:
    """A named, coloured set of contacts."""

    id: UUID
    tenant_id: UUID
    fields: Fields
    contact_count: int
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    version: int = 1
    activity: Activity | None = None
    calls: Calls | None = None
    deleted_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.fields.name

    @property
    def visibility(self) -> Visibility:
        return self.fields.visibility

    @property
    def permitted_users(self) -> frozenset[UUID]:
        return self.fields.permitted_users

    @property
    def etag(self) -> str:
        return str(self.version)


@dataclass(frozen=True, slots=True)
class Ref:
    """A group as it is named beside something else."""

    id: UUID
    name: str
    color: str
    icon: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures over every group that the caller may see."""

    total_groups: int
    total_grouped_contacts: int
    ungrouped_contacts: int
    most_active_id: UUID | None = None
    most_active_name: str | None = None
    most_active_changes: int = 0


def fields(
    *,
    name: str,
    description: str | None = None,
    color: str | None = None,
    icon: str | None = None,
    visibility: Visibility = Visibility.ALL_STAFF,
    permitted_users: frozenset[UUID] = frozenset(),
) -> Fields:
    """The fields of a new group, each by its rule."""
    return _consistent(
        Fields(
            name=to_name(name),
            description=to_description(description),
            color=DEFAULT_COLOR if color is None else to_color(color),
            icon=to_icon(icon),
            visibility=visibility,
            permitted_users=permitted_users,
        )
    )


def changed(before: Fields, values: Mapping[str, Any]) -> Fields:
    """The fields after a change; leaving custom visibility takes the grants back."""
    if not values:
        raise errors.nothing_to_change()
    checked = {name: _rule(name)(value) for name, value in values.items()}
    after = replace(before, **checked)
    if after.visibility is not Visibility.CUSTOM and "permitted_users" not in checked:
        after = replace(after, permitted_users=frozenset())
    return _consistent(after)


def differences(before: Fields, after: Fields) -> dict[str, tuple[Any, Any]]:
    """What a change really changed, by field."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in _RULES}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def to_name(text: str) -> str:
    """1 to 50 characters once composed, trimmed and collapsed."""
    name = texts.line(text, "name", limit=NAME_LENGTH)
    if not name:
        raise errors.name_empty()
    return name


def to_description(text: str | None) -> str | None:
    """At most 255 characters; blank is none."""
    return texts.paragraph(text or "", "description", limit=DESCRIPTION_LENGTH) or None


def to_color(text: str) -> str:
    """Any `#RRGGBB`, kept in capitals."""
    if not _COLOR.fullmatch(text):
        raise errors.color_invalid()
    return text.upper()


def to_icon(text: str | None) -> str | None:
    """One of the icons on offer, however its variation selector was written; blank is none."""
    if not text:
        return None
    if (icon := _ICONS.get(text.replace(_VARIATION, ""))) is None:
        raise errors.icon_unknown()
    return icon


def confirm(group: Group, typed: str) -> None:
    """Refuses a typed name that is not the group's; nothing typed is no confirmation asked."""
    if typed and typed != group.name:
        raise errors.name_not_confirmed()


def deleted_message(name: str, members: int) -> str:
    noun = "membership" if members == 1 else "memberships"
    return f"Group '{name}' was deleted; {members} {noun} ended, the contacts stay"


_RULES: dict[str, Callable[[Any], Any]] = {
    "name": to_name,
    "description": to_description,
    "color": to_color,
    "icon": to_icon,
    "visibility": Visibility,
    "permitted_users": frozenset,
    "archived": bool,
}


def _rule(name: str) -> Callable[[Any], Any]:
    if name not in _RULES:
        raise errors.field_unknown(name, _RULES)
    return _RULES[name]


def _consistent(fields: Fields) -> Fields:
    if fields.permitted_users and fields.visibility is not Visibility.CUSTOM:
        raise errors.grants_without_custom()
    return fields
