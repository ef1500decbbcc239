"""The reconciler's every branch: whatever became of a workflow, the row says so and frees its slot.

On a real Temporal server, by what operators do to workflows there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from services.campaigns.temporal.messages import WORKFLOW
from services.campaigns.usecases import control
from services.campaigns.usecases.control import Control
from services.campaigns.usecases.reconciling import Standing
from services.chassis.caller import Caller, Role
from services.chassis.ids import new_id
from services.chassis.requests import Request
from tests.service.dialling.hall import Campaign
from tests.service.dialling.healing import STOPPED, Row, everybody_is_final, healed, people, row
from tests.service.dialling.office import Office, Temporal, eventually

HELD = "held by an operator"


async def under_way(office: Office) -> Campaign:
    """A campaign that has dialled its first batch."""
    campaign = await office.launch(*people(40))
    await eventually(lambda: _has_dialled(office, 5))
    return campaign


async def _terminated(office: Office, campaign: Campaign) -> None:
    await office.cli("workflow", "terminate", "-w", f"campaign/{campaign.id}")


async def _forgotten(office: Office, campaign: Campaign) -> None:
    """As retention leaves it: Temporal knows of no such workflow any more."""
    await office.cli("workflow", "delete", "--yes", "-w", f"campaign/{campaign.id}")

    async def gone() -> bool:
        return await office.starter.standing(campaign.id) is Standing.GONE

    await eventually(gone)


@pytest.mark.parametrize("ending", [_terminated, _forgotten])
async def test_a_campaign_whose_workflow_was_taken_away_is_cancelled_and_frees_its_slot(
    office: Office, ending: Callable[[Office, Campaign], Awaitable[None]]
) -> None:
    """P6, ruling 6: gone or terminated."""
    campaign = await under_way(office)

    await ending(office, campaign)
    after = await healed(office, campaign)

    assert after == Row("cancelled", STOPPED, holds_slot=False)
    await everybody_is_final(office, campaign, {"done", "not_called"})


async def test_a_campaign_whose_workflow_timed_out_has_failed(
    office: Office, temporal: Temporal
) -> None:
    """Ruling 6: as an operator's limit on its time would leave it."""
    campaign = await office.hall.campaign(*people(3))
    await _started_without_a_worker(office, temporal, campaign, execution_timeout=1)
    await eventually(lambda: _stands(office, campaign, WorkflowExecutionStatus.TIMED_OUT))

    after = await healed(office, campaign)

    assert after == Row("failed", None, holds_slot=False)
    await everybody_is_final(office, campaign, {"not_called"})


async def test_a_campaign_whose_workflow_was_reset_goes_on_and_rings_nobody_twice(
    office: Office,
) -> None:
    """P2: a reset runs activities again, under another run's id."""
    campaign = await office.launch(*people(20))
    await eventually(lambda: _has_dialled(office, 5))

    reset = ("workflow", "reset", "-w", f"campaign/{campaign.id}", "--reason", "to be seen")
    await office.cli(*reset, "--type", "FirstWorkflowTask")
    await office.reconcile()
    await office.workflow(campaign).result()

    assert await row(office, campaign) == Row("completed", None, holds_slot=False)
    verdict = await office.hall.simulator.verdict(per_phone=1)
    assert (verdict["holds"], verdict["dials"]) == (True, 20)
    await everybody_is_final(office, campaign, {"done"})


async def test_a_workflow_paused_in_the_console_holds_its_campaign(office: Office) -> None:
    """Ruling 6: the row closes the fence, and a resume opens it again."""
    campaign = await under_way(office)

    await _paused(office, campaign)
    await office.reconcile()
    held, dials = await row(office, campaign), await office.dials()
    await asyncio.sleep(1)
    dials_while_held = await office.dials() - dials
    await office.cli("workflow", "unpause", "-w", f"campaign/{campaign.id}")
    await _resumed(office, campaign)
    await office.workflow(campaign).result()

    assert held == Row("paused", HELD, holds_slot=True)
    assert dials_while_held == 0
    verdict = await office.hall.simulator.verdict(per_phone=1)
    assert (verdict["holds"], verdict["dials"]) == (True, 40)


async def test_a_campaign_cancelled_while_its_workflow_is_paused_frees_its_slot(
    office: Office,
) -> None:
    """A workflow that is paused hears of no cancellation, so that it can't settle anything."""
    campaign = await under_way(office)
    await _paused(office, campaign)

    await office.hall.change(campaign, state="cancelling", blocking_reason=None)
    await office.starter.cancel(campaign.id)
    after = await healed(office, campaign)
    await office.cli("workflow", "unpause", "-w", f"campaign/{campaign.id}")
    with pytest.raises(WorkflowFailureError):
        await office.workflow(campaign).result()

    assert after == Row("cancelled", None, holds_slot=False)
    assert await office.status(campaign) == WorkflowExecutionStatus.CANCELED
    await everybody_is_final(office, campaign, {"done", "not_called"})


async def test_a_campaign_that_was_never_started_is_started(office: Office) -> None:
    campaign = await office.hall.campaign(*people(3))
    before = await office.starter.standing(campaign.id)

    await office.reconcile()
    await office.workflow(campaign).result()

    assert before is Standing.GONE
    assert await row(office, campaign) == Row("completed", None, holds_slot=False)
    await everybody_is_final(office, campaign, {"done"})


async def _resumed(office: Office, campaign: Campaign) -> None:
    """By an administrator of the business."""
    admin = Caller(office.hall.tenant_id, new_id(), Role.CLIENT_ADMIN)
    order, request = Control(campaign.id), Request("ResumeCampaign")
    await control.resume(office.hall.db, admin, request, office.starter, order)


async def _paused(office: Office, campaign: Campaign) -> None:
    await office.cli("workflow", "pause", "-w", f"campaign/{campaign.id}")

    async def stands_still() -> bool:
        return await office.starter.standing(campaign.id) is Standing.HELD

    await eventually(stands_still)


async def _started_without_a_worker(
    office: Office, temporal: Temporal, campaign: Campaign, *, execution_timeout: int
) -> None:
    ref: Any = {"tenant_id": str(office.hall.tenant_id), "campaign_id": str(campaign.id)}
    await temporal.client.start_workflow(
        WORKFLOW,
        {"ref": ref},
        id=f"campaign/{campaign.id}",
        task_queue=str(new_id()),
        execution_timeout=timedelta(seconds=execution_timeout),
    )
    await office.hall.change(campaign, workflow_started_at=await office.hall.now())


async def _stands(office: Office, campaign: Campaign, status: WorkflowExecutionStatus) -> bool:
    return await office.status(campaign) is status


async def _has_dialled(office: Office, count: int) -> bool:
    return await office.dials() >= count
