"""A real Temporal server per run and a worker per test."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import STATE_ATTRIBUTE, Ref, Run
from services.chassis.ids import new_id
from tests.workflow.desk import Desk, Handle, Start

_SETTINGS = (
    'history.timerProcessorMaxTimeShift="1ms"',
    "limit.historyCount.suggestContinueAsNew=40",
)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    told = [word for each in _SETTINGS for word in ("--dynamic-config-value", each)]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_extra_args=told,
        search_attributes=[SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)],
    ) as environment:
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
