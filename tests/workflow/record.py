"""Writes the histories that `test_replay` replays: `python -m tests.workflow.record`."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path

from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment

from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import Ref, Rest, Run
from services.chassis.ids import new_id
from tests.support import temporal as temporals
from tests.workflow.conftest import working
from tests.workflow.desk import Desk, Handle

_FOLDER = Path(__file__).parent / "histories"


async def record() -> None:
    async with await temporals.server() as temporal:
        await _keep(temporal, "completed", Desk(people=12, between=_a_moment))
        await _keep(temporal, "cancelled_mid_batch", Desk(), cancels=True)
        await _keep(temporal, "paused", Desk(people=10, between=_a_moment), pauses=True)


def _a_moment(batch: int) -> Rest:
    return Rest(1, "running", "30 seconds between batches")


async def _keep(
    temporal: WorkflowEnvironment,
    name: str,
    desk: Desk,
    *,
    cancels: bool = False,
    pauses: bool = False,
) -> None:
    async with working(temporal, desk) as queue:
        handle = await _start(temporal, queue)
        if cancels:
            desk.line_open.clear()
            await desk.ringing.wait()
            await handle.cancel()
            await asyncio.sleep(0.3)
            desk.line_open.set()
        if pauses:
            await desk.ringing.wait()
            await handle.signal(BulkCall.pause)
            await asyncio.sleep(0.5)
            await handle.signal(BulkCall.resume)
        with suppress(WorkflowFailureError):
            await handle.result()
        history = await handle.fetch_history()
    _FOLDER.mkdir(exist_ok=True)
    anonymous = re.sub(r"\d+@[\w.-]+", "worker", history.to_json())
    (_FOLDER / f"{name}.json").write_text(anonymous + "\n")


async def _start(temporal: WorkflowEnvironment, queue: str) -> Handle:
    run = Run(Ref(str(new_id()), str(new_id())))
    name = run.ref.workflow_id
    return await temporal.client.start_workflow(BulkCall.run, run, id=name, task_queue=queue)


if __name__ == "__main__":
    asyncio.run(record())
