"""Starts, wakes and cancels the workflows of campaigns, and tells how they stand."""

from dataclasses import dataclass
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
from services.chassis import errors

_STATE = SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)
# A client that connects with its first question says by a RuntimeError that it can't.
_FAILURES = (RPCError, RuntimeError)
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
        try:
            await self.client.start_workflow(
                WORKFLOW,
                Run(ref, people),
                id=ref.workflow_id,
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"Bulk call of {people} people",
                search_attributes=TypedSearchAttributes([SearchAttributePair(_STATE, "preparing")]),
            )
        except WorkflowAlreadyStartedError:
            return
        except _FAILURES as error:
            raise errors.unavailable("campaign engine") from error

    async def pause(self, campaign_id: UUID) -> None:
        """Wakes the workflow, whose row says `paused`."""
        await self._signal(campaign_id, "pause")

    async def resume(self, campaign_id: UUID) -> None:
        """Wakes the workflow, whose row says that it goes on."""
        await self._signal(campaign_id, "resume")

    async def cancel(self, campaign_id: UUID) -> None:
        """Asks the workflow to end, whose row says `cancelling`; a closed one stays closed."""
        try:
            await self.client.get_workflow_handle(_id(campaign_id)).cancel()
        except _FAILURES as error:
            _unless_gone(error)

    async def standing(self, campaign_id: UUID) -> Standing:
        """How the latest run stands, read past the client's enumeration of states."""
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace,
            execution=WorkflowExecution(workflow_id=_id(campaign_id)),
        )
        try:
            found = await self.client.workflow_service.describe_workflow_execution(request)
        except _FAILURES as error:
            _unless_gone(error)
            return Standing.GONE
        return _STANDINGS.get(found.workflow_execution_info.status, Standing.RUNNING)

    async def _signal(self, campaign_id: UUID, name: str) -> None:
        handle = self.client.get_workflow_handle(_id(campaign_id))
        try:
            await handle.signal(name, Control(recorded=True))
        except _FAILURES as error:
            _unless_gone(error)


def _id(campaign_id: UUID) -> str:
    return f"campaign/{campaign_id}"


def _unless_gone(error: RPCError | RuntimeError) -> None:
    if not (isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND):
        raise errors.unavailable("campaign engine") from error
