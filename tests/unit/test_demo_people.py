"""The demonstration's people, on whom it depends what it can show."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.local.demo import people
from deploy.local.demo.people import CLINIC, NOT_HERE
from deploy.local.settings import DEMO_START

CALLED = 240


def test_the_committed_file_is_what_is_written_for_its_day(tmp_path: Path) -> None:
    today = DEMO_START.astimezone(ZoneInfo(CLINIC.zone))

    written = people.write(CLINIC, today, tmp_path / "clinic.csv")

    assert CLINIC.file.read_bytes() == written.read_bytes()


def test_those_who_are_called_have_every_ending_but_those_that_end_a_campaign() -> None:
    with CLINIC.file.open(encoding="utf-8-sig", newline="") as file:
        numbers = [row["Mobile"] for row in csv.DictReader(file)][:CALLED]

    assert {int(number[-2:]) for number in numbers} == set(range(100)) - NOT_HERE
