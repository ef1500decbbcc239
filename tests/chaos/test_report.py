"""What a report takes for a fault, and what not."""

from tests.chaos import lines
from tests.chaos.nemesis import Strike, Struck
from tests.chaos.report import RUNG_WITHIN, SERVED_WITHIN, late

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


def test_personal_data_in_lines_is_found() -> None:
    named = "groups | Ada Clinicanary was called"
    rung = "campaigns | called +12125550100"

    assert len(lines.telling([named, rung, "groups | +1 of 2"], ["Clinicanary"])) == 2
