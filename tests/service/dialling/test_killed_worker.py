"""kill -9 of the worker at its most delicate moments: nobody twice, nobody forgotten."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from temporalio.client import WorkflowFailureError

from services.campaigns.temporal.starter import Starter
from services.campaigns.usecases import reconciling
from services.chassis.ids import new_id
from tests.service.dialling.hall import Campaign, Hall
from tests.service.dialling.office import Temporal, eventually
from tests.service.dialling.worker import Told

NUMBERS = [f"+1212555{n:04}" for n in range(100, 107)]


# `tests/faults` kills workers at each of these places in every run.
pytestmark = pytest.mark.verify


@pytest.fixture
def told(hall: Hall, temporal: Temporal, tmp_path: Path) -> Told:
    return Told(
        database=hall.db.url,
        clock=str(tmp_path / "clock.json"),
        simulator=hall.simulator.url,
        temporal=temporal.client.service_client.config.target_host,
        queue=str(new_id()),
    )


async def test_a_worker_killed_between_the_providers_accept_and_our_commit_leaves_nobody_behind(
    hall: Hall, temporal: Temporal, told: Told
) -> None:
    """C-33."""
    starter = Starter(temporal.client, told.queue)
    campaign = await hall.campaign(*NUMBERS)
    await reconciling.reconcile(hall.desk, starter)
    async with process(
        replace(told, failpoint="after_provider_accept_before_commit:kill@3")
    ) as victim:
        assert await victim.wait() == -signal.SIGKILL

    async with process(told):
        await temporal.client.get_workflow_handle(f"campaign/{campaign.id}").result()

    await everybody_was_rung_once(hall, campaign)


async def test_a_worker_killed_as_it_goes_on_as_new_loses_no_batch(
    hall: Hall, temporal: Temporal, told: Told
) -> None:
    starter = Starter(temporal.client, told.queue)
    campaign = await hall.campaign(*[f"+1212555{n:04}" for n in range(100, 135)])
    await reconciling.reconcile(hall.desk, starter)
    async with process(replace(told, failpoint="at_continue_as_new:kill")) as victim:
        assert await victim.wait() == -signal.SIGKILL

    async with process(told):
        await temporal.client.get_workflow_handle(f"campaign/{campaign.id}").result()

    await everybody_was_rung_once(hall, campaign)


async def test_a_worker_killed_while_it_cleans_up_leaves_a_clean_end(
    hall: Hall, temporal: Temporal, told: Told
) -> None:
    starter = Starter(temporal.client, told.queue)
    campaign = await hall.campaign(*NUMBERS, *[f"+1646555{n:04}" for n in range(100, 130)])
    await reconciling.reconcile(hall.desk, starter)
    handle = temporal.client.get_workflow_handle(f"campaign/{campaign.id}")
    async with process(replace(told, failpoint="in_cancel_cleanup:kill")) as victim:
        await eventually(lambda: has_dialled(hall, 5))
        await handle.cancel()
        assert await victim.wait() == -signal.SIGKILL

    async with process(told):
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    assert (await hall.state(campaign))[0] == "cancelled"
    assert {person.state for person in await hall.people(campaign)} == {"done", "not_called"}
    assert (await hall.simulator.verdict(per_phone=1))["holds"]


@asynccontextmanager
async def process(told: Told) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker, killed at the end if it still lives."""
    arguments = ("-m", "tests.service.dialling.worker", json.dumps(asdict(told)))
    worker = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


async def has_dialled(hall: Hall, people: int) -> bool:
    return int((await hall.simulator.verdict())["dials"]) >= people


async def everybody_was_rung_once(hall: Hall, campaign: Campaign) -> None:
    verdict = await hall.simulator.verdict(per_phone=1, campaign_id=str(campaign.id))
    assert (verdict["holds"], verdict["dials"]) == (True, len(campaign.people))
    assert {person.state for person in await hall.people(campaign)} == {"done"}
    assert (await hall.state(campaign))[0] == "completed"
