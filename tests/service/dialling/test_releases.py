"""Workflows of a release that went wrong: each leaves its row open, and the reconciler closes it.

What goes wrong with one campaign keeps no other from being healed.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from temporalio import workflow
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from services.campaigns.temporal.messages import WORKFLOW, Run
from services.campaigns.temporal.starter import Starter
from services.campaigns.usecases import reconciling
from services.campaigns.usecases.reconciling import Standing
from services.chassis.errors import Unavailable
from services.chassis.ids import new_id
from tests.service.dialling.hall import Campaign
from tests.service.dialling.healing import STOPPED, Row, everybody_is_final, healed, people, row
from tests.service.dialling.office import Office, Temporal


@workflow.defn(name=WORKFLOW)
class Broken:
    """Fails at once."""

    @workflow.run
    async def run(self, run: Run) -> None:
        raise ApplicationError("broken", non_retryable=True)


@workflow.defn(name=WORKFLOW)
class Hasty:
    """Calls nobody and settles nothing."""

    @workflow.run
    async def run(self, run: Run) -> None:
        return


@workflow.defn(name=WORKFLOW)
class Careless:
    """Ends when it is cancelled, and settles nothing."""

    @workflow.run
    async def run(self, run: Run) -> None:
        await workflow.wait_condition(lambda: False)


@dataclass(frozen=True)
class Release:
    """A release, how it leaves workflows, and what must become of their campaigns."""

    of: type
    status: WorkflowExecutionStatus
    row: Row


RELEASES = [
    Release(Broken, WorkflowExecutionStatus.FAILED, Row("failed", None, holds_slot=False)),
    Release(
        Hasty,
        WorkflowExecutionStatus.COMPLETED,
        Row("completed_with_issues", None, holds_slot=False),
    ),
    Release(
        Careless, WorkflowExecutionStatus.CANCELED, Row("cancelled", STOPPED, holds_slot=False)
    ),
]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.of.__name__)
async def test_a_campaign_whose_workflow_left_it_open_is_ended(
    release: Release, office: Office, temporal: Temporal
) -> None:
    """Ruling 6: the row tells how the workflow ended, and that nobody was called."""
    campaign = await office.hall.campaign(*people(3))
    async with _released(release.of, temporal) as starter:
        await reconciling.reconcile(office.hall.desk, starter)
        if release.of is Careless:
            await office.starter.cancel(campaign.id)
        with suppress(WorkflowFailureError):
            await office.workflow(campaign).result()
    left = await row(office, campaign)

    after = await healed(office, campaign)

    assert await office.status(campaign) is release.status
    assert left == Row("waiting", None, holds_slot=True)
    assert after == release.row
    await everybody_is_final(office, campaign, {"not_called"})


@pytest.mark.parametrize(
    "failure", [Unavailable("UNAVAILABLE", "Temporal does not answer."), ZeroDivisionError()]
)
async def test_a_campaign_that_can_not_be_healed_keeps_no_other_from_it(
    office: Office, temporal: Temporal, failure: Exception
) -> None:
    """One before and one after: both fail, and the sweep still heals what lies between."""
    campaigns = [await office.hall.campaign(*people(3)) for _ in range(3)]
    async with _released(Hasty, temporal) as starter:
        await reconciling.reconcile(office.hall.desk, starter)
        for campaign in campaigns:
            await office.workflow(campaign).result()
    before, healthy, after = campaigns
    with _unanswered({before.id, after.id}, failure):
        await office.reconcile()
        states = [await _state(office, campaign) for campaign in (before, healthy, after)]
    await office.reconcile()

    assert states == ["waiting", "completed_with_issues", "waiting"]
    assert {await _state(office, campaign) for campaign in campaigns} == {"completed_with_issues"}


@asynccontextmanager
async def _released(release: type, temporal: Temporal) -> AsyncIterator[Starter]:
    """A worker of that release, on a queue of its own."""
    queue = str(new_id())
    worker = Worker(
        temporal.client,
        task_queue=queue,
        workflows=[release],
        build_id="broken",
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        yield Starter(temporal.client, queue)


def _unanswered(campaigns: set[UUID], failure: Exception) -> AbstractContextManager[Any]:
    """Temporal fails on whoever asks for one of these."""
    standing = Starter.standing

    async def fails(self: Starter, campaign_id: UUID) -> Standing:
        if campaign_id in campaigns:
            raise failure
        return await standing(self, campaign_id)

    return patch.object(Starter, "standing", fails)


async def _state(office: Office, campaign: Campaign) -> str:
    return (await row(office, campaign)).state
