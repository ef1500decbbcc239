"""Whoever has the engine's console, and cancels, terminates and resets workflows by hand."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from tests.chaos.nemesis import ends

DEEDS = ("cancel", "terminate", "reset")
_PAUSE = (2.0, 6.0)
_PATIENCE = 4.0
_RUNNING = "ExecutionStatus = 'Running'"


@dataclass(slots=True)
class Operator:
    """`ended` are the campaigns whose workflow was told to end; `done` counts what was heard."""

    address: str
    chance: Random
    ended: set[UUID] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)

    async def meddle(self, stop: asyncio.Event) -> None:
        """Does something to one of the running workflows now and then, each deed in turn.

        The engine may be away, or the workflow over by then: that is no deed.
        """
        client = await Client.connect(self.address, lazy=True)
        while True:
            for deed in self.chance.sample(DEEDS, len(DEEDS)):
                if await ends(stop, self.chance.uniform(*_PAUSE)):
                    return
                with suppress(RPCError, TimeoutError):
                    async with asyncio.timeout(_PATIENCE):
                        await self._do(deed, client)

    async def _do(self, deed: str, client: Client) -> None:
        running = sorted([run.id async for run in client.list_workflows(_RUNNING)])
        if not running:
            return
        workflow = client.get_workflow_handle(self.chance.choice(running))
        if deed == "reset":
            await _reset(client, workflow)
        else:
            self.ended.add(UUID(workflow.id.partition("/")[2]))
            await (workflow.cancel() if deed == "cancel" else workflow.terminate("chaos"))
        self.done[deed] += 1


async def _reset(client: Client, workflow: WorkflowHandle[object, object]) -> None:
    """Back to the first decision that the workflow took."""
    async for event in workflow.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            request = ResetWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow.id),
                reason="chaos",
                workflow_task_finish_event_id=event.event_id,
                request_id=str(uuid4()),
            )
            await client.workflow_service.reset_workflow_execution(request)
            return
