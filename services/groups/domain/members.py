"""Who is in a group, and the rules of joining and leaving it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.groups.domain import errors
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.groups import Ref

AT_ONCE = 1000


class AddedVia(StrEnum):
    """How a contact came into a group."""

    PERSON = "person"
    IMPORT = "import"
    RULE = "rule"
    SUGGESTION = "suggestion"
    TEMPLATE = "template"


class MemberSort(StrEnum):
    """What a group's members can be sorted by."""

    NAME = "name"
    APPOINTMENT_TIME = "appointment_time"
    ADDED_TO_GROUP = "added_to_group"
    LAST_CONTACT = "last_contact"
    CALL_ATTEMPTS = "call_attempts"
    APPOINTMENT_STATUS = "appointment_status"


@dataclass(frozen=True, slots=True)
class Member:
    """A contact as a member of one group."""

    id: UUID
    name: str
    sort_key: str
    phone: str
    email: str | None
    appointment_time: datetime | None
    appointment_status: AppointmentStatus
    appointment_type: str | None
    appointment_duration: int | None
    owner_name: str | None
    date_added_to_group: datetime
    added_by_user: str | None
    added_via: AddedVia
    call_attempts: int
    answered_calls: int
    last_contact_time: datetime | None
    next_scheduled_call: datetime | None
    do_not_call: bool
    consent: str | None
    created_at: datetime
    updated_at: datetime
    other_groups: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Which operation brings contacts in or takes them out, how, and why."""

    operation_id: UUID
    via: AddedVia = AddedVia.PERSON
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A contact that an operation left out."""

    contact_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Joining:
    """What adding contacts comes to."""

    new: tuple[UUID, ...]
    already: int
    rejected: tuple[Rejected, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Leaving:
    """What removing contacts comes to."""

    leaving: tuple[UUID, ...]
    rejected: tuple[Rejected, ...] = field(default=())


def distinct(ids: Sequence[UUID], what: str = "contact_ids") -> tuple[UUID, ...]:
    """Each id once, in the order given; refuses more than 1,000 different ones."""
    once = tuple(dict.fromkeys(ids))
    if len(once) > AT_ONCE:
        raise errors.too_many_contacts(len(once), AT_ONCE, what)
    return once


def join(
    asked: Sequence[UUID],
    known: Collection[UUID],
    members: Collection[UUID],
    *,
    skip_rejected: bool = False,
) -> Joining:
    """Unknown contacts refuse everything, unless they are to be skipped."""
    missing = [each for each in asked if each not in known]
    if missing and not skip_rejected:
        raise errors.unknown_contacts(missing)
    new = tuple(each for each in asked if each in known and each not in members)
    rejected = tuple(Rejected(each, "UNKNOWN_CONTACT") for each in missing)
    return Joining(new, len(asked) - len(missing) - len(new), rejected)


def leave(asked: Sequence[UUID], known: Collection[UUID], members: Collection[UUID]) -> Leaving:
    """Those who are not in the group are told apart from those whom nobody knows."""
    leaving = tuple(each for each in asked if each in members)
    rejected = tuple(
        Rejected(each, "NOT_A_MEMBER" if each in known else "UNKNOWN_CONTACT")
        for each in asked
        if each not in members
    )
    return Leaving(leaving, rejected)


def expect(expected: int | None, found: int) -> None:
    """Refuses a number of contacts that is not the one that the person saw."""
    if expected is not None and expected != found:
        raise errors.count_changed(expected, found)


REMOVED_MESSAGE = "Contact removed from group successfully"


def added_message(count: int, group: str) -> str:
    return f"Successfully added {count} contacts to {group}"


def removed_message(count: int, group: str) -> str:
    return f"Successfully removed {count} contacts from {group}"


def set_message(added: int, removed: int) -> str:
    return f"Contact joined {added} and left {removed} groups"


def undo_until(now: datetime, minutes: int, scale: float) -> datetime:
    """The virtual moment at which that many real minutes will have passed."""
    return now + timedelta(minutes=minutes) * scale
