"""Whole systems under faults: everything holds, and what is broken on purpose is noticed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.operators import DEEDS
from tests.chaos.planted import BUGS
from tests.chaos.report import Report, judged
from tests.chaos.run import run
from tests.chaos.world import KILLED

# Kills every part within three quarters of a minute; a busy machine takes its time.
SEED = 77
SECONDS = 45
REPORTS = Path(__file__).parents[2] / "build" / "chaos"

Record = Callable[[str, object], None]


async def _report(folder: Path, seed: int, seconds: float, bug: str = "") -> Report:
    where = BUGS[bug].part if bug else ""
    report = judged(await run(seed, seconds, folder, bug=bug, where=where))
    kept = REPORTS / f"{seed}-{bug or 'as it is'}"
    kept.mkdir(parents=True, exist_ok=True)
    report.write(kept)
    for name in ("history.jsonl", "lines.log"):
        shutil.copy(folder / name, kept)
    return report


async def test_everything_holds_while_everything_goes_wrong(reachable_path: Path) -> None:
    report = await _report(reachable_path, SEED, SECONDS)

    assert report.violations == {}
    assert {f"kill {part}" for part in KILLED} <= report.faults.keys()
    assert report.counts["answers lost"] > 0


@pytest.mark.verify
@pytest.mark.timeout(1500)
async def test_everything_holds_for_ten_minutes(
    reachable_path: Path, record_property: Record
) -> None:
    """No call is placed twice or lost, no count is wrong, whatever fails for ten minutes."""
    report = await _report(reachable_path, SEED, 600)
    record_property("seed", report.seed)
    for name in ("dials", "kills", "faults", "requests"):
        record_property(name, report.counts[name])

    assert report.violations == {}
    assert report.late == []
    assert {f"{deed} a workflow" for deed in DEEDS} <= report.faults.keys()


@pytest.mark.verify
@pytest.mark.parametrize("bug", ["dial_before_intent", "limiter_off"])
async def test_a_system_with_a_planted_bug_is_found_out(reachable_path: Path, bug: str) -> None:
    """A safety that is taken out of a running system shows within half a minute."""
    report = await _report(reachable_path, SEED, 30, bug)

    assert BUGS[bug].invariant in report.violations
