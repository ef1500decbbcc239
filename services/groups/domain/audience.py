"""Whom a campaign would call, and the facts that decide whether they may be called now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.groups import Group


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether a contact may be called; empty texts stand for nothing known."""

    id: UUID
    name: str = ""
    phone: str = ""
    timezone: str = ""
    language: str = ""
    consent_basis: str = ""
    appointment_time: datetime | None = None
    appointment_status: AppointmentStatus = AppointmentStatus.UNKNOWN
    appointment_type: str = ""
    owner_name: str = ""
    call_before_hours: int | None = None
    member: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Contacts with the facts of one moment, in the order in which they will be called."""

    contacts: tuple[Facts, ...]
    as_of: datetime
    group: Group | None = None
    group_deleted: bool = False


def in_order(asked: Iterable[UUID], found: Iterable[Facts]) -> tuple[Facts, ...]:
    """One entry for every id asked about; whoever is not found counts as deleted."""
    known = {each.id: each for each in found}
    return tuple(known.get(each, Facts(each, deleted=True, member=False)) for each in asked)
