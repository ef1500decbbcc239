"""Starts, wakes and cancels the workflows of campaigns, and tells how they stand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.campaigns.temporal.messages import (
    STATE_ATTRIBUTE,
    TASK_QUEUE,
    WORKFLOW,
    Control,
    Ref,
    Run,
)
from services.campaigns.usecases.reconciling import Standing
from services.chassis import deadline, errors

_STATE = SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)
WHILE_SOMEBODY_WAITS = 1.0
IN_THE_BACKGROUND = 10.0
_PAUSED = 8  # the client's own enumeration does not know it
_STANDINGS = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING: Standing.RUNNING,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW: Standing.RUNNING,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED: Standing.COMPLETED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: Standing.CANCELLED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: Standing.CANCELLED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: Standing.FAILED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: Standing.FAILED,
    _PAUSED: Standing.HELD,
}


@dataclass(frozen=True, slots=True)
class Starter:
    """Temporal, as the use-cases see it."""

    client: Client
    task_queue: str = TASK_QUEUE

    async def start(self, tenant_id: UUID, campaign_id: UUID, people: int) -> None:
        """Starts the campaign's workflow; the one that runs, or ran, is not started again."""
        ref = Ref(str(tenant_id), str(campaign_id))
        async with _answering() as patience:
            await self.client.start_workflow(
                WORKFLOW,
                Run(ref, people),
                id=ref.workflow_id,
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"Bulk call of {people} people",
                search_attributes=TypedSearchAttributes([SearchAttributePair(_STATE, "preparing")]),
                rpc_timeout=patience,
            )

    async def pause(self, campaign_id: UUID) -> None:
        """Wakes the workflow, whose row says `paused`."""
        await self._signal(campaign_id, "pause")

    async def resume(self, campaign_id: UUID) -> None:
        """Wakes the workflow, whose row says that it goes on."""
        await self._signal(campaign_id, "resume")

    async def cancel(self, campaign_id: UUID) -> None:
        """Asks the workflow to end, whose row says `cancelling`; a closed one stays closed."""
        async with _answering() as patience:
            await self.client.get_workflow_handle(_id(campaign_id)).cancel(rpc_timeout=patience)

    async def standing(self, campaign_id: UUID) -> Standing:
        """How the latest run stands, read past the client's enumeration of states."""
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace,
            execution=WorkflowExecution(workflow_id=_id(campaign_id)),
        )
        async with _answering() as patience:
            found = await self.client.workflow_service.describe_workflow_execution(
                request, timeout=patience
            )
            return _STANDINGS.get(found.workflow_execution_info.status, Standing.RUNNING)
        return Standing.GONE

    async def _signal(self, campaign_id: UUID, name: str) -> None:
        handle = self.client.get_workflow_handle(_id(campaign_id))
        async with _answering() as patience:
            await handle.signal(name, Control(recorded=True), rpc_timeout=patience)


def _id(campaign_id: UUID) -> str:
    return f"campaign/{campaign_id}"


@asynccontextmanager
async def _answering() -> AsyncIterator[timedelta]:
    """How long Temporal may take: a person who waits is answered soon, whatever it does.

    What is done or gone already passes; a client that can't connect raises
    `RuntimeError` at its first question.
    """
    waited_for = deadline.left() is not None
    patience = deadline.budget(WHILE_SOMEBODY_WAITS) if waited_for else IN_THE_BACKGROUND
    try:
        async with asyncio.timeout(patience):
            yield timedelta(seconds=patience)
    except WorkflowAlreadyStartedError:
        return
    except (RPCError, RuntimeError, TimeoutError) as error:
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            return
        raise errors.unavailable("campaign engine") from error
