"""Every part of a running stack is killed under a running campaign, and none is missed for long."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local.demo import scenario
from deploy.local.demo.scenario import Outcome
from tests.faults import house as houses
from tests.faults.house import Recovery

BACK_AT_WORK = 5.0
NEXT_DIAL_AFTER_THE_WORKER = 8.0
# Twelve windows: a kill takes one, and the campaign goes on behind the last.
MANY = 300
_WORKER = "campaigns-worker"
PARTS = (
    _WORKER,
    "postgres",
    "temporal",
    "groups",
    "campaigns",
    "analytics",
    "gateway",
)
# While one of the others is away dialling goes on, and may have filled the window when it is back.
NO_DIAL_WITHOUT = frozenset({_WORKER, "postgres", "temporal", "groups"})
Record = Callable[[str, object], None]


async def killed(state: Path, parts: Sequence[str], people: int) -> tuple[list[Recovery], Outcome]:
    """Kills the parts one after the other; nobody was rung twice, nobody was forgotten."""
    async with houses.inhabited(state, people) as house:
        recoveries = []
        for part in parts:
            before = house.pids()
            recoveries.append(await house.kill(part))
            after = house.pids()
            assert {name for name in after if after[name] != before[name]} == {part}
        outcome = await house.result()

    checks = scenario.judged(house.launched, outcome)
    assert [sentence for sentence, holds in checks.results if not holds] == []
    return recoveries, outcome


@pytest.mark.verify
async def test_any_part_that_is_killed_under_a_campaign_is_back_within_seconds(
    reachable_path: Path, record_property: Record
) -> None:
    """Any part may be killed under a campaign: it goes on within seconds, nobody is rung twice."""
    recoveries, outcome = await killed(reachable_path, PARTS, MANY)

    record_property("kills", len(recoveries))
    record_property("dials", outcome.verdict["dials"])
    for each in recoveries:
        record_property(f"{each.part} is back after", f"{each.back_after:.1f} s")
        record_property(f"{each.part} answers behind that", f"{each.answer_after_back:.1f} s")
        record_property(f"{each.part} dials behind that", f"{each.dial_after_back:.1f} s")
    late = [each for each in recoveries if not in_time(each)]
    assert late == []


def in_time(recovery: Recovery) -> bool:
    """Whether the promise was kept: five seconds after it is back, eight after a worker's death."""
    return (
        recovery.answer_after_back <= BACK_AT_WORK
        and (recovery.dial_after_back <= BACK_AT_WORK or recovery.part not in NO_DIAL_WITHOUT)
        and (recovery.dial_after_kill <= NEXT_DIAL_AFTER_THE_WORKER or recovery.part != _WORKER)
    )


@pytest.mark.parametrize(
    ("part", "late"),
    [
        ("campaigns-worker", {"dial_after_kill": 8.1}),
        ("campaigns-worker", {"dial_after_back": 5.1}),
        ("postgres", {"dial_after_back": 5.1}),
        ("analytics", {"answer_after_back": 5.1}),
        ("gateway", {"answer_after_back": 5.1}),
    ],
)
def test_a_part_that_is_missed_for_long_is_seen(part: str, late: dict[str, Any]) -> None:
    """The check above turns red on each of its bounds."""
    soon = Recovery(part, 1.0, answer_after_back=1.0, dial_after_back=1.0, dial_after_kill=2.0)

    assert in_time(soon)
    assert not in_time(replace(soon, **late))
