"""A real Temporal server per run and a worker per test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import Ref, Run
from services.chassis.ids import new_id
from tests.support import temporal as temporals
from tests.workflow.desk import Desk, Handle, Start


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    async with await temporals.server() as environment:
        yield environment


@asynccontextmanager
async def working(temporal: WorkflowEnvironment, desk: Desk, **more: Any) -> AsyncIterator[str]:
    """A worker with the desk's activities; gives the name of its queue."""
    queue = str(new_id())
    async with Worker(
        temporal.client,
        task_queue=queue,
        workflows=[BulkCall],
        activities=desk.activities,
        max_heartbeat_throttle_interval=timedelta(milliseconds=100),
        graceful_shutdown_timeout=timedelta(seconds=2),
        **more,
    ):
        yield queue


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def start(temporal: WorkflowEnvironment, desk: Desk) -> AsyncIterator[Start]:
    """Starts a campaign; keeping no workflow in memory replays each from its beginning."""
    async with working(temporal, desk, max_cached_workflows=0) as queue:

        async def begin() -> Handle:
            return await temporal.client.start_workflow(
                BulkCall.run,
                Run(Ref(str(new_id()), str(new_id()))),
                id=f"campaign/{new_id()}",
                task_queue=queue,
            )

        yield begin
