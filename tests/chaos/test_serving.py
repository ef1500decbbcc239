"""What counts as service of a part that was struck: each probe can say no."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.clients import Client, History
from tests.chaos.scenes import Stage
from tests.chaos.serving import Witness
from tests.chaos.world import WORKER

Curtain = Callable[[float], AbstractAsyncContextManager[Stage]]
NOWHERE = "127.0.0.1:9"


@pytest.fixture
def witness(tmp_path: Path) -> Callable[..., Witness]:
    """Somebody who sees a stage, and whose gateway is not there."""
    nobody = Client.of(f"http://{NOWHERE}", "", History(tmp_path / "history.jsonl"))

    def of(stage: Stage, **other: Any) -> Witness:
        async def ledger(after: int = 0) -> list[dict[str, Any]]:
            return (await stage.hall.simulator.ledger())[after:]

        temporal = stage.office.temporal.client.service_client.config.target_host
        seen = Witness(ledger, stage.url, temporal, nobody, stage.hall.db.clock)
        return replace(seen, **other)

    return of


async def test_a_worker_must_ring_if_somebody_may_be_rung(
    curtain: Curtain, witness: Callable[..., Witness]
) -> None:
    async with curtain(100) as stage:
        seen, begun = witness(stage), datetime.now(UTC)
        nobody_there = await seen.serves(WORKER, begun)
        campaign = await stage.hall.campaign("+12125550100")
        await seen.until_needed(WORKER, begun)
        idle = await seen.serves(WORKER, begun)
        await stage.hall.batch(campaign)
        rang = await seen.serves(WORKER, begun)
        await stage.hall.campaign("+12125550101")
        idle_again = await seen.serves(WORKER, datetime.now(UTC))

    assert (nobody_there, idle, rang, idle_again) == (True, False, True, False)


async def test_temporal_must_tell_of_the_newest_campaign(
    curtain: Curtain, witness: Callable[..., Witness]
) -> None:
    async with curtain(100) as stage:
        campaign, since = await stage.office.launch("+12125550100"), datetime.now(UTC)
        told = await witness(stage).serves("temporal", since)
        unreachable = await witness(stage, temporal=NOWHERE).serves("temporal", since)
        await stage.office.workflow(campaign).result()
        await stage.hall.campaign("+12125550101", workflow_started_at=await stage.hall.now())
        forgotten = await witness(stage).serves("temporal", since)

    assert (told, unreachable, forgotten) == (True, False, False)


async def test_a_part_that_clients_ask_must_answer(
    curtain: Curtain, witness: Callable[..., Witness]
) -> None:
    async with curtain(100) as stage:
        seen, now = witness(stage), datetime.now(UTC)

        for part in ("groups", "campaigns", "analytics", "gateway", "postgres"):
            assert not await seen.serves(part, now)
