"""The hall with Temporal and a worker: whole lives of campaigns, and operators who meddle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from services.campaigns.temporal.crew import crew
from services.campaigns.temporal.starter import Starter
from services.campaigns.usecases import reconciling
from services.chassis.ids import new_id
from tests.service.dialling.hall import Campaign, Hall
from tests.support.temporal import CLI


@dataclass(frozen=True)
class Temporal:
    """The run's Temporal server, and the file that holds all it knows."""

    client: Client
    file: Path


@dataclass(frozen=True)
class Office:
    """A worker with a hall's desk."""

    hall: Hall
    temporal: Temporal
    starter: Starter

    async def launch(self, *numbers: str, **facts: Any) -> Campaign:
        """A campaign with its workflow, as a launch leaves them."""
        campaign = await self.hall.campaign(*numbers, **facts)
        await self.reconcile()
        return campaign

    async def reconcile(self) -> None:
        await reconciling.reconcile(self.hall.desk, self.starter)

    def workflow(self, campaign: Campaign) -> WorkflowHandle[Any, Any]:
        return self.temporal.client.get_workflow_handle(f"campaign/{campaign.id}")

    async def status(self, campaign: Campaign) -> WorkflowExecutionStatus | None:
        return (await self.workflow(campaign).describe()).status

    async def cli(self, *words: str) -> None:
        """What an operator types."""
        address = self.temporal.client.service_client.config.target_host
        process = await asyncio.create_subprocess_exec(
            str(CLI), *words, "--address", address, stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0

    async def until_row_says(self, campaign: Campaign, *states: str) -> str:
        """The state of the row, once it is one of these."""
        await eventually(lambda: self._row_says(campaign, states))
        return (await self.hall.state(campaign))[0]

    async def dials(self) -> int:
        return int((await self.hall.simulator.verdict())["dials"])

    async def _row_says(self, campaign: Campaign, states: tuple[str, ...]) -> bool:
        return (await self.hall.state(campaign))[0] in states


@asynccontextmanager
async def working(hall: Hall, temporal: Temporal) -> AsyncIterator[Office]:
    """A worker on a queue of its own."""
    queue = str(new_id())
    async with crew(temporal.client, hall.desk, task_queue=queue):
        yield Office(hall, temporal, Starter(temporal.client, queue))


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.03)
