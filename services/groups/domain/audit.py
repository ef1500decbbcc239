"""Who did what: an entry is written with the change that it tells of, and never altered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Action(StrEnum):
    """What can be done and is audited."""

    GROUP_CREATED = "group_created"
    GROUP_UPDATED = "group_updated"
    GROUP_DELETED = "group_deleted"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    MEMBERS_READ = "members_read"
    CONTACTS_READ = "contacts_read"
    AUDIT_READ = "audit_read"
    CONTACT_CREATED = "contact_created"
    CONTACT_UPDATED = "contact_updated"
    CONTACT_READ = "contact_read"
    CONSENT_RECORDED = "consent_recorded"
    CONSENT_REVOKED = "consent_revoked"
    CONTACTS_IMPORTED = "contacts_imported"
    REJECTED_ROWS_READ = "rejected_rows_read"
    TENANT_CREATED = "tenant_created"
    TENANT_UPDATED = "tenant_updated"
    PERSON_ENTERED = "person_entered"


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody is about to do; the transaction adds who and when.

    `before` and `after` hold only values that JSON knows.
    """

    action: str
    group_id: UUID | None = None
    contact_id: UUID | None = None
    operation_id: UUID | None = None
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What one of many changed things was, and what it is."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(differences: Mapping[str, tuple[Any, Any]]) -> "Change":
        return Change(
            {name: storable(pair[0]) for name, pair in differences.items()},
            {name: storable(pair[1]) for name, pair in differences.items()},
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it was written."""

    id: UUID
    at: datetime
    person_id: UUID
    person_name: str | None
    action: str
    group_id: UUID | None
    contact_id: UUID | None
    operation_id: UUID | None
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def changes(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Each field with its values before and after, as people read them."""
        names = sorted({*self.before, *self.after})
        return tuple(
            (name, readable(self.before.get(name)), readable(self.after.get(name)))
            for name in names
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for; None asks for all."""

    person_id: UUID | None = None
    action: str | None = None
    group_id: UUID | None = None
    contact_id: UUID | None = None
    operation_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None


def readable(value: Any) -> str | None:
    """A stored value as text; nothing stays nothing."""
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def storable(value: Any) -> Any:
    """A field's value as JSON knows it."""
    if isinstance(value, frozenset | tuple | list):
        return sorted(str(each) for each in value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
