"""Contacts out of the rows of a file: which column is what, and what a row says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis import texts
from services.chassis.errors import Invalid, too_long, unknown_choice
from services.groups.domain import contacts, errors, tabular
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.contacts import Fields
from services.groups.domain.tabular import LONGEST_CELL, Line

# The usual column names of address books, calendars and booking systems.
_USUAL = {
    "name": "name, full name, contact, contact name, client, client name, customer, customer name, "
    "patient, patient name, guest, guest name, display name",
    "first_name": "first name, given name, firstname, forename",
    "last_name": "last name, family name, lastname, surname",
    "phone": "phone, phone number, mobile, mobile phone, mobile number, cell, cell phone, "
    "telephone, tel, primary phone, phone 1 - value, phone 1 value",
    "email": "email, e-mail, email address, e-mail address, e-mail 1 - value, e-mail 1 value",
    "external_id": "id, external id, customer id, client id, patient id, guest id, record id, "
    "contact id, mrn",
    "timezone": "timezone, time zone",
    "language": "language, preferred language, locale",
    "appointment_time": "appointment, appointment time, appointment date, next appointment, "
    "next visit, booking, booking time, reservation, start, start time",
    "appointment_status": "status, appointment status, booking status",
    "appointment_type": "appointment type, type, service, service name, event type, treatment",
    "appointment_duration": "duration, duration (min), duration min, minutes, length",
    "owner_name": "provider, owner, doctor, dr, stylist, staff, with, practitioner, consultant",
    "booking_source": "source, booking source, booked via, channel, origin",
    "special_instructions": "notes, note, special instructions, instructions, comments, remarks",
    "call_before_hours": "call before hours, hours before",
}
_FIELD_OF = {name: field for field, names in _USUAL.items() for name in names.split(", ")}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: (\d{1,2}):(\d{2}))?")

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file comes from: the country of its numbers, the zone of its times."""

    country: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row that can be taken; `status_given` tells a status from its absence."""

    row: int
    fields: Fields
    status_given: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that can't be taken, and why."""

    row: int
    field: str
    reason: str
    cells: tuple[str, ...]


@dataclass(slots=True)
class Seen:
    """Who stood in a file so far, so that no contact is taken twice, however far apart.

    Rows are the same contact by their external id, or by phone and name unless
    both have ids of their own; only hashes are kept.
    """

    _rows: dict[int, int] = field(default_factory=dict)

    def first(self, row: Incoming) -> tuple[str, int] | None:
        """The field by which the contact is known already, and the row; None if it is new."""
        known_by, asked = _keys(row.fields)
        for name, key in asked:
            if hash(key) in self._rows:
                return name, self._rows[hash(key)]
        for key in known_by:
            self._rows.setdefault(hash(key), row.row)
        return None


def mapping(columns: Sequence[str], wanted: Mapping[str, str]) -> dict[int, str]:
    """Which columns fill which fields: as wanted, else by the usual names.

    Several columns may fill a field, unless one was wanted for it; the first that is
    filled in a row counts.
    """
    unknown = set(wanted) - set(columns)
    if unknown:
        raise errors.csv_no_column(min(unknown))
    for name in wanted.values():
        if name and name not in _USUAL:
            raise unknown_choice("mapping", list(_USUAL))
    chosen = set(wanted.values())
    found: dict[int, str] = {}
    for at, column in enumerate(columns):
        usual = _FIELD_OF.get(texts.key(column).replace("_", " "), "")
        if name := wanted.get(column, "" if usual in chosen else usual):
            found[at] = name
    if not {"name", "first_name", "last_name"} & set(found.values()):
        raise errors.csv_no_name()
    return found


def read(line: Line, columns: Mapping[int, str], place: Place) -> Incoming | Rejected:
    """What a row says, or the first reason why it can't be taken."""
    try:
        values = _values(line, columns, place.zone)
        fields = contacts.made(values, place.country)
        if not (fields.phone or fields.external_id):
            raise errors.row_without_identity()
    except Invalid as refusal:
        name = refusal.facts.get("field", "")
        return Rejected(line.number, name, refusal.message, line.cells)
    return Incoming(line.number, fields, "appointment_status" in values)


def _keys(fields: Fields) -> tuple[list[_Key], list[tuple[str, _Key]]]:
    """What later rows can know a row by, and what it is to be known by from earlier ones."""
    known_by: list[_Key] = []
    asked: list[tuple[str, _Key]] = []
    if fields.external_id:
        known_by.append(("id", fields.external_id))
        asked.append(("external_id", known_by[0]))
    if fields.phone:
        person = (fields.phone, texts.sort_key(fields.name))
        anybody, without_id = ("person", *person), ("person without id", *person)
        known_by += [anybody] if fields.external_id else [anybody, without_id]
        asked.append(("phone", without_id if fields.external_id else anybody))
    return known_by, asked


def _cells(line: Line, columns: Mapping[int, str]) -> dict[str, str]:
    """The first filled cell of each field."""
    cells: dict[str, str] = {}
    for at, name in columns.items():
        cell = line.cells[at] if at < len(line.cells) else ""
        if len(cell) > LONGEST_CELL:
            raise too_long(name, LONGEST_CELL)
        if text := tabular.plain(cell):
            cells.setdefault(name, text)
    return cells


def _values(line: Line, columns: Mapping[int, str], zone: ZoneInfo) -> dict[str, Any]:
    cells = _cells(line, columns)
    parts = (cells.pop("first_name", ""), cells.pop("last_name", ""))
    cells.setdefault("name", " ".join(part for part in parts if part))
    values: dict[str, Any] = dict(cells)
    if "appointment_time" in cells:
        values["appointment_time"] = _moment(cells["appointment_time"], zone)
    if "appointment_status" in cells:
        values["appointment_status"] = _status(cells["appointment_status"])
    for name in ("appointment_duration", "call_before_hours"):
        if name in cells:
            values[name] = _number(cells[name], name)
    return values


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """A date, with the day before the month or behind it only where that is certain."""
    if _ISO.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise errors.date_unreadable() from error
    elif match := _SLASHED.fullmatch(text):
        moment = _slashed(*(int(part or 0) for part in match.groups()))
    else:
        raise errors.date_unreadable()
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _slashed(first: int, second: int, year: int, hour: int, minute: int) -> datetime:
    if first <= 12 and second <= 12 and first != second:
        raise errors.date_ambiguous()
    month, day = (first, second) if first <= 12 else (second, first)
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the zone comes after
    except ValueError as error:
        raise errors.date_unreadable() from error


def _status(text: str) -> AppointmentStatus:
    word = texts.key(text).replace(" ", "_").replace("-", "_")
    word = {"canceled": "cancelled", "noshow": "no_show"}.get(word, word)
    if word not in set(AppointmentStatus):
        raise unknown_choice("appointment_status", [each.value for each in AppointmentStatus])
    return AppointmentStatus(word)


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise errors.out_of_rule(field, "a whole number")
    return int(text)
