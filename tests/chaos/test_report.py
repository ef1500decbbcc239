"""What a report takes for a fault, and what not."""

import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

from tests.chaos import lines
from tests.chaos.nemesis import Strike, Struck
from tests.chaos.report import RUNG_WITHIN, SERVED_WITHIN, late
from tests.support.canaries import Canaries

KILL = Strike("kill", "groups", 0.0)


def test_a_part_that_is_back_and_does_not_serve_in_time_is_late() -> None:
    slow = Struck(KILL, 0.0, back=2.0, served=2.1 + SERVED_WITHIN)
    quick = Struck(KILL, 0.0, back=20.0, served=21.0)

    assert list(late([quick, slow])) == ["kill groups: served 5.1 s after it was back"]


def test_a_worker_that_is_needed_and_does_not_ring_in_time_is_late() -> None:
    kill = Strike("kill", "campaigns-worker", 0.0)
    silent = Struck(kill, 0.0, back=3.0, served=3.1 + RUNG_WITHIN)
    quick = Struck(kill, 0.0, back=3.0, served=2.9 + RUNG_WITHIN)

    assert list(late([quick, silent])) == ["kill campaigns-worker: served 8.1 s after it was back"]


def test_errors_of_parts_are_found_and_alarms_about_others_are_not() -> None:
    bug = 'groups | {"event": "bug", "level": "error"}'
    alarm = 'campaigns | {"event": "campaign held", "level": "error"}'
    calm = 'groups | {"event": "serving", "level": "info"}'

    assert lines.errors([bug, alarm, calm, "postgres | LOG: ready"]) == [bug]
    assert lines.errors(["simulator | Traceback (most recent call last):"]) != []


def test_personal_data_is_found_however_it_is_written(tmp_path: Path) -> None:
    """In a line, in a file, and in a row of Temporal's, plain or encoded."""
    canaries = Canaries(["Clinicanary", "+12125550100"])
    name, number = (b64encode(word).decode() for word in (b"Ada Clinicanary", b"to +12125550100"))
    with closing(sqlite3.connect(tmp_path / "temporal.db")) as temporal, temporal:
        temporal.execute("create table history (data blob)")
        temporal.execute("insert into history values (?)", (number.encode(),))
    written = ["groups | +1 of 2", "campaigns | called +12125550177", f"groups | {name}"]

    found = lines.leaks(written, tmp_path, canaries)

    assert [each for each in found if each.startswith("in the logs")] == [
        "in the logs: campaigns | called +12125550177"
    ]
    assert "Clinicanary is in lines" in found
    assert "+12125550100 is in temporal.db: history" in found
