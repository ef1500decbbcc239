"""Without the row that is written before the dial, somebody is rung twice; the ledger shows it."""

import asyncio
from contextlib import ExitStack

import pytest

from tests.service.dialling.hall import Hall
from tests.support.faulty_worker import FAULTS

ANSWERS, MISSES = "+12125550144", "+12125550157"


@pytest.fixture
def scale() -> float:
    return 100


@pytest.mark.parametrize(("fault", "holds"), [("", True), ("attempt_after_dial", False)])
async def test_an_attempt_written_after_its_dial_is_found_out(
    hall: Hall, fault: str, holds: bool
) -> None:
    await hall.simulator.rule({"fault": "accept_then_reset", "phone": ANSWERS})
    campaign = await hall.campaign(ANSWERS, MISSES)

    with ExitStack() as planted:
        for each in FAULTS.get(fault, []):
            planted.enter_context(each)
        for _ in range(3):
            batch = await hall.batch(campaign)
            await asyncio.sleep(batch.seconds)

    verdict = await hall.simulator.verdict(per_phone=1)
    twice = {each["what"] for each in verdict["duplicates"]}
    assert (verdict["holds"], "phone_in_campaign" in twice) == (holds, not holds)
