"""Every part of a running stack is killed under a running campaign, and none is missed for long."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from deploy.local.demo import scenario
from tests.faults import house as houses
from tests.faults.house import Recovery

BACK_AT_WORK = 5.0
NEXT_DIAL_AFTER_THE_WORKER = 8.0
PARTS = (
    "campaigns-worker",
    "postgres",
    "temporal",
    "groups",
    "campaigns",
    "analytics",
    "gateway",
)
Record = Callable[[str, object], None]


async def killed(state: Path, parts: Sequence[str], people: int) -> list[Recovery]:
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
    return recoveries


@pytest.mark.verify
@pytest.mark.timeout(420)
async def test_any_part_that_is_killed_under_a_campaign_is_back_within_seconds(
    reachable_path: Path, record_property: Record
) -> None:
    """Any part may be killed under a campaign: it goes on within seconds, nobody is rung twice."""
    recoveries = await killed(reachable_path, PARTS, people=250)

    record_property("kills", len(recoveries))
    record_property("dials", 250)
    for each in recoveries:
        record_property(f"{each.part} dials again after", f"{each.dial_after_kill:.1f} s")
    late = [each for each in recoveries if not in_time(each)]
    assert late == []


def in_time(recovery: Recovery) -> bool:
    """Whether the promise was kept: five seconds after it is back, eight after a worker's death."""
    if recovery.part == "campaigns-worker":
        return recovery.dial_after_kill <= NEXT_DIAL_AFTER_THE_WORKER
    return max(recovery.answer_after_back, recovery.dial_after_back) <= BACK_AT_WORK
