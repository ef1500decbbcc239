"""Contacts out of rows: which column is what, and what a row says."""

import zoneinfo
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.chassis.errors import Refusal
from services.groups.domain import importing, tenants
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.importing import Incoming, Place, Rejected, Seen
from services.groups.domain.tabular import Line

PLACE = Place("US", ZoneInfo("America/New_York"))


def read(**cells: str) -> Incoming | Rejected:
    """A row with these fields, and a name and a phone unless given."""
    named = {"name": "Anna Ames", "phone": "212-555-0123", **cells}
    return importing.read(Line(7, tuple(named.values())), dict(enumerate(named)), PLACE)


def taken(**cells: str) -> Incoming:
    row = read(**cells)
    assert isinstance(row, Incoming), row
    return row


def rejected(**cells: str) -> Rejected:
    row = read(**cells)
    assert isinstance(row, Rejected), row
    return row


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ("Full Name|Mobile|E-Mail Address", "name|phone|email"),
        ("First Name|Last Name|Cell Phone", "first_name|last_name|phone"),
        ("PATIENT_NAME|MRN|Next Appointment", "name|external_id|appointment_time"),
        ("Client|Stylist|Service|Duration (min)", "name|owner_name|appointment_type|"
         "appointment_duration"),
        ("  Name |Shoe size|Notes", "name||special_instructions"),
        ("Name|Phone|Mobile", "name|phone|phone"),
    ],
)  # fmt: skip
def test_usual_columns_are_recognised(columns: str, fields: str) -> None:
    """I-02."""
    found = importing.mapping([each.strip() for each in columns.split("|")], {})

    assert found == {at: name for at, name in enumerate(fields.split("|")) if name}


def test_what_is_wanted_goes_before_what_is_usual() -> None:
    """I-02."""
    columns = ["Kunde", "Name", "Tel", "Notes"]

    found = importing.mapping(columns, {"Kunde": "name", "Notes": ""})

    assert found == {0: "name", 2: "phone"}


def test_a_wanted_column_behind_a_usual_one_still_wins() -> None:
    """I-02: what a person chose is never outdone by a guess that comes first."""
    assert importing.mapping(["Phone", "Mobile", "Name"], {"Mobile": "phone"}) == {
        1: "phone",
        2: "name",
    }


@pytest.mark.parametrize(
    ("cells", "phone"),
    [
        (("212-555-0123", "212-555-0124"), "+12125550123"),
        (("", "212-555-0124"), "+12125550124"),
        (("212-555-0123", " "), "+12125550123"),
    ],
)
def test_of_two_columns_for_one_field_the_first_filled_counts(
    cells: tuple[str, str], phone: str
) -> None:
    """I-02."""
    row = importing.read(Line(2, ("Anna", *cells)), {0: "name", 1: "phone", 2: "phone"}, PLACE)

    assert isinstance(row, Incoming)
    assert row.fields.phone == phone


def test_a_cell_of_any_length_costs_its_row_only() -> None:
    """I-09."""
    for name in ("special_instructions", "language"):
        row = rejected(**{name: "en" + "-abcdefgh" * 1112})
        assert (row.field, row.reason) == (name, f"{name} can have 10000 characters at most.")


@pytest.mark.parametrize(
    ("columns", "wanted", "reason"),
    [
        (["Phone"], {}, "CSV_NO_NAME"),
        (["Name"], {"Name": ""}, "CSV_NO_NAME"),
        (["Name"], {"Nom": "name"}, "CSV_NO_COLUMN"),
        (["Name"], {"Name": "do_not_call"}, "INVALID_CHOICE"),
    ],
)
def test_a_mapping_out_of_its_rules_is_refused(
    columns: list[str], wanted: dict[str, str], reason: str
) -> None:
    with pytest.raises(Refusal) as refused:
        importing.mapping(columns, wanted)

    assert refused.value.reason == reason


def test_a_row_becomes_a_contact() -> None:
    row = taken(appointment_time="2030-01-02 09:30", appointment_duration="45", email="")

    assert (row.row, row.fields.name, row.fields.phone) == (7, "Anna Ames", "+12125550123")
    assert row.fields.appointment_time == datetime(2030, 1, 2, 14, 30, tzinfo=UTC)
    assert (row.fields.appointment_duration, row.fields.email) == (45, None)
    assert (row.fields.appointment_status, row.status_given) == (AppointmentStatus.PENDING, False)


def test_names_in_parts_are_joined() -> None:
    columns = {0: "first_name", 1: "last_name", 2: "external_id"}

    row = importing.read(Line(2, ("Anna", "Ames", "1")), columns, PLACE)

    assert isinstance(row, Incoming)
    assert row.fields.name == "Anna Ames"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-07-01", "2030-07-01T00:00-04:00"),
        ("2030-07-01T10:00:00Z", "2030-07-01T10:00+00:00"),
        ("2030-07-01 10:00+0200", "2030-07-01T10:00+02:00"),
        ("12/31/2030 23:59", "2030-12-31T23:59-05:00"),
        ("31.12.2030", "2030-12-31T00:00-05:00"),
        ("31/12/2030 9:05", "2030-12-31T09:05-05:00"),
        ("5/5/2030", "2030-05-05T00:00-04:00"),
    ],
)
def test_a_date_is_read_where_it_is_certain(text: str, moment: str) -> None:
    assert taken(appointment_time=text).fields.appointment_time == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("appointment_time", "03/04/2030"),
        ("appointment_time", "tomorrow"),
        ("appointment_time", "2030-13-01"),
        ("appointment_time", "2030-01-01 25:00"),
        ("appointment_time", "31/31/2030"),
        ("appointment_time", "0/5/2030"),
        ("appointment_time", "9999-12-31 23:59"),
        ("appointment_time", "0001-01-01"),
        ("appointment_time", "2200-01-01"),
        ("appointment_time", "31.12.1899"),
        ("appointment_status", "perhaps"),
        ("appointment_duration", "3.5"),
        ("appointment_duration", "-5"),
        ("appointment_duration", "٣٠"),
        ("call_before_hours", "0"),
        ("timezone", "Mars"),
        ("email", "anna at mail"),
        ("phone", "12"),
        ("name", ""),
    ],
)
def test_a_bad_cell_is_named(field: str, cell: str) -> None:
    """I-09."""
    row = rejected(**{field: cell})

    assert (row.row, row.field) == (7, field)
    assert row.reason.endswith(".")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Confirmed", "confirmed"),
        ("canceled", "cancelled"),
        ("No Show", "no_show"),
        ("no-show", "no_show"),
        ("NoShow", "no_show"),
    ],
)
def test_a_status_is_read_in_usual_words(text: str, status: str) -> None:
    row = taken(appointment_status=text)

    assert (row.fields.appointment_status, row.status_given) == (status, True)


def test_a_row_needs_something_to_know_it_by() -> None:
    assert rejected(phone="").field == "phone"
    assert taken(phone="", external_id="1").fields.external_id == "1"


@pytest.mark.parametrize(
    ("first", "second", "known_by"),
    [
        ({}, {"name": "ÅNNA  ames"}, "phone"),
        ({"external_id": "1"}, {"external_id": "1", "name": "Bea", "phone": ""}, "external_id"),
        ({"external_id": "1"}, {}, "phone"),
        ({}, {"external_id": "1"}, "phone"),
        ({"external_id": "1"}, {"external_id": "2"}, None),
        ({}, {"name": "Bea"}, None),
        ({}, {"phone": "212-555-0124"}, None),
        ({"external_id": "1", "phone": ""}, {"external_id": "2", "phone": ""}, None),
    ],
)
def test_who_stands_in_a_file_twice_is_known(
    first: dict[str, str], second: dict[str, str], known_by: str | None
) -> None:
    """I-05: by the id, else by phone and name; people with ids of their own are never one."""
    seen = Seen()

    assert seen.first(taken(**first)) is None
    assert seen.first(taken(**second)) == (known_by and (known_by, 7))


def test_one_of_two_namesakes_with_ids_is_known_without_one() -> None:
    seen = Seen()

    found = [seen.first(taken(external_id=each)) for each in ("1", "2", "")]

    assert found == [None, None, ("phone", 7)]


def test_the_names_of_time_zones_are_not_read_from_the_machine_for_every_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """I-10: each reading walks the machine's files, some milliseconds."""

    def never() -> set[str]:
        raise AssertionError("the names were read for a row")

    monkeypatch.setattr(zoneinfo, "available_timezones", never)
    monkeypatch.setattr(tenants, "available_timezones", never)

    assert taken(timezone="America/New_York").fields.timezone == "America/New_York"


def test_a_short_row_lacks_its_last_cells() -> None:
    columns = {0: "name", 1: "external_id", 2: "email"}

    row = importing.read(Line(2, ("Anna", "1")), columns, PLACE)

    assert isinstance(row, Incoming)
    assert row.fields.email is None
