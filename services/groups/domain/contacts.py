"""A contact and the rules of its fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.chassis import texts
from services.chassis.errors import not_given
from services.groups.domain import appointments, errors, phones, searching, tenants
from services.groups.domain.appointments import AppointmentStatus, Visit
from services.groups.domain.consents import Consent
from services.groups.domain.groups import Ref

NAME_LENGTH = 200
_EMAIL = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"'.]+(\.[^\s@<>\"'.]+)+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_APPOINTMENT = ("appointment_time", "appointment_status")


@dataclass(frozen=True, slots=True)
class Fields:
    """What people write down about a contact."""

    name: str
    phone: str | None = None
    phone_raw: str | None = None
    email: str | None = None
    external_id: str | None = None
    timezone: str | None = None
    language: str | None = None
    appointment_time: datetime | None = None
    appointment_status: AppointmentStatus = AppointmentStatus.UNKNOWN
    appointment_type: str | None = None
    appointment_duration: int | None = None
    owner_name: str | None = None
    booking_source: str | None = None
    special_instructions: str | None = None
    call_before_hours: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def search_text(self) -> str:
        digits = searching.digits(self.phone) if self.phone else None
        return searching.text(self.name, digits, self.email, self.appointment_type)


@dataclass(frozen=True, slots=True)
class Calls:
    """What the calls to a contact came to, as campaigns tell."""

    attempts: int = 0
    answered: int = 0
    last_contact_time: datetime | None = None
    next_scheduled_call: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person whom a tenant serves."""

    id: UUID
    fields: Fields
    do_not_call: bool
    calls: Calls
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    version: int = 1
    consents: tuple[Consent, ...] = ()
    groups: tuple[Ref, ...] = ()

    @property
    def etag(self) -> str:
        return str(self.version)


def made(values: Mapping[str, Any], country: str) -> Fields:
    """The fields of a new contact; one with an appointment is pending unless said otherwise."""
    checked = _checked({"name": "", **values}, country)
    status = checked.pop("appointment_status", None)
    time = checked.get("appointment_time")
    return Fields(**checked, appointment_status=status or appointments.untold(time))


def changed(before: Fields, values: Mapping[str, Any], country: str) -> Fields:
    """The fields after a change of those given; None clears.

    A moved appointment begins anew: it is pending unless said otherwise.
    """
    if not values:
        raise errors.nothing_to_change()
    checked = _checked(values, country)
    unsaid = before.appointment_status
    if "appointment_status" in checked:
        unsaid = AppointmentStatus.UNKNOWN
    time = checked.get("appointment_time", before.appointment_time)
    if time != before.appointment_time:
        unsaid = appointments.untold(time)
    status = checked.pop("appointment_status", None)
    return replace(before, **checked, appointment_status=status or unsaid)


def visit(before: Fields, after: Fields, now: datetime) -> Visit | None:
    """The past appointment that a change of its time leaves behind."""
    time, status = before.appointment_time, before.appointment_status
    if time is None or time == after.appointment_time:
        return None
    if not appointments.is_past(time, status, now):
        return None
    return Visit(time, before.appointment_type, status)


def differences(before: Fields, after: Fields) -> dict[str, tuple[Any, Any]]:
    """What a change really changed, by field."""
    pairs = {
        each.name: (getattr(before, each.name), getattr(after, each.name)) for each in fields(after)
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def filled(given: Fields) -> dict[str, Any]:
    """The fields that hold something."""
    return {name: pair[1] for name, pair in differences(Fields(""), given).items()}


def touches_appointment(changes: Mapping[str, Any]) -> bool:
    """Whether a person decided about the appointment, which calls may not overrule then."""
    return any(name in changes for name in _APPOINTMENT)


def _checked(values: Mapping[str, Any], country: str) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _RULES:
            raise errors.field_unknown(name, _RULES)
        checked[name] = _RULES[name](value)
    if "phone" in checked:
        raw = checked["phone"]
        checked["phone_raw"] = raw
        checked["phone"] = phones.e164(raw, country) if raw else None
    return checked


def _name(text: str) -> str:
    name = texts.line(text or "", "name", limit=NAME_LENGTH)
    if not name:
        raise not_given("name")
    return name


def _line(name: str, limit: int) -> Callable[[str | None], str | None]:
    return lambda text: texts.line(text or "", name, limit=limit) or None


def _email(text: str | None) -> str | None:
    address = texts.line(text or "", "email", limit=254)
    if address and not _EMAIL.fullmatch(address):
        raise errors.email_invalid()
    return address or None


def _language(text: str | None) -> str | None:
    if text and not _LANGUAGE.fullmatch(text):
        raise errors.out_of_rule("language", "a language tag, such as en or pt-BR")
    return text or None


def _number(name: str, most: int) -> Callable[[int | None], int | None]:
    def check(number: int | None) -> int | None:
        if number is not None and not 1 <= number <= most:
            raise errors.out_of_rule(name, f"a number from 1 to {most}")
        return number

    return check


def _appointment_time(moment: datetime | None) -> datetime | None:
    if moment is not None and not _EARLIEST <= moment < _LATEST:
        raise errors.out_of_rule("appointment_time", "in the years 1900 to 2199")
    return moment


def _attributes(given: Mapping[str, str] | None) -> dict[str, str]:
    pairs = dict(given or {})
    if len(pairs) > 20:
        raise errors.out_of_rule("attributes", "20 facts at most")
    return {
        texts.line(name, "attributes", limit=50): texts.line(value, "attributes", limit=200)
        for name, value in pairs.items()
    }


_RULES: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "phone": _line("phone", phones.LENGTH),
    "email": _email,
    "external_id": _line("external_id", 100),
    "timezone": lambda text: tenants.timezone(text) if text else None,
    "language": _language,
    "appointment_time": _appointment_time,
    "appointment_status": lambda status: status,
    "appointment_type": _line("appointment_type", 100),
    "appointment_duration": _number("appointment_duration", 1440),
    "owner_name": _line("owner_name", 100),
    "booking_source": _line("booking_source", 100),
    "special_instructions": lambda text: (
        texts.paragraph(text or "", "special_instructions", limit=1000) or None
    ),
    "call_before_hours": _number("call_before_hours", 168),
    "attributes": _attributes,
}
