"""Whole lives of campaigns: real Temporal, real database, real HTTP, and operators who meddle."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from tests.service.campaigns.desk import Desk
from tests.service.dialling.hall import Campaign
from tests.service.dialling.office import Office, eventually

ANSWERS, STAYS = "+12125550144", "+12125550199"
CANCELED = WorkflowExecutionStatus.CANCELED
PROMISED, AT_LEISURE = 5.0, 30.0
FOR_LONG = timedelta(hours=6)


def answering(count: int, area: int = 212) -> list[str]:
    """Numbers of people who answer, left to chance otherwise."""
    return [f"+1{area}555{n:04}" for n in range(100, 100 + count)]


async def ends_clean(office: Office, campaign: Campaign) -> None:
    """The row, the people and the workflow agree that it was cancelled."""
    with pytest.raises(WorkflowFailureError):
        await office.workflow(campaign).result()
    assert await office.status(campaign) == CANCELED
    assert (await office.hall.state(campaign))[0] == "cancelled"
    states = {person.state for person in await office.hall.people(campaign)}
    assert states <= {"done", "not_called", "skipped"}


async def test_a_campaign_runs_to_its_end(office: Office) -> None:
    campaign = await office.launch(*answering(12))

    await office.workflow(campaign).result()

    assert (await office.hall.state(campaign))[0] == "completed"
    assert {person.state for person in await office.hall.people(campaign)} == {"done"}
    verdict = await office.hall.simulator.verdict(per_phone=1)
    assert (verdict["holds"], verdict["dials"]) == (True, 12)


@pytest.mark.parametrize("within", [AT_LEISURE, pytest.param(PROMISED, marks=pytest.mark.verify)])
@pytest.mark.parametrize("way", ["command line", "interface"])
@pytest.mark.parametrize(
    "moment", ["paused", "waiting for hours", "between batches", "waiting for the window"]
)
async def test_a_cancel_ends_a_waiting_campaign_within_seconds_and_dials_nobody_more(
    office: Office, administrator: Desk, moment: str, way: str, within: float
) -> None:
    """X-28, C-26: whatever the campaign waits for, and whichever way the cancel comes.

    It would wait for hours; a machine that does nothing else ends it within five seconds.
    """
    campaign = await _waiting(office, moment)
    dials = await _dials_once_quiet(office, campaign)

    async with asyncio.timeout(within):
        if way == "interface":
            await administrator.cancel(campaign.id)
        else:
            await office.cli("workflow", "cancel", "-w", f"campaign/{campaign.id}")
        await ends_clean(office, campaign)

    assert await office.dials() == dials


async def test_a_cancel_in_the_middle_of_a_batch_lets_calls_in_hand_finish(office: Office) -> None:
    """C-26."""
    campaign = await office.launch(*answering(4), STAYS, *answering(20, area=646))
    await eventually(lambda: _has_dialled(office, 5))

    await office.workflow(campaign).cancel()
    await office.until_row_says(campaign, "cancelling", "cancelled")
    dials = await _dials_once_quiet(office, campaign)

    await ends_clean(office, campaign)
    assert await office.dials() == dials


@pytest.mark.parametrize("scale", [10])  # the call would go on for thirty real seconds
async def test_stopping_now_hangs_up_the_calls_in_progress(office: Office) -> None:
    campaign = await office.launch(STAYS)
    await eventually(lambda: _has_dialled(office, 1))

    await office.hall.change(campaign, state="cancelling", stop_now=True)
    await office.starter.cancel(campaign.id)

    await ends_clean(office, campaign)
    assert await office.hall.outcomes(campaign) == ["stopped"]


async def test_the_row_alone_stops_the_dialling_and_the_reconciler_tells_the_workflow(
    office: Office,
) -> None:
    """The process that took the cancellation died before it told Temporal."""
    campaign = await office.launch(*answering(40))
    await eventually(lambda: _has_dialled(office, 5))

    await office.hall.change(campaign, state="cancelling")
    dials = await _dials_once_quiet(office, campaign)
    await asyncio.sleep(1)
    assert await office.dials() == dials
    await office.reconcile()

    await ends_clean(office, campaign)


async def test_a_terminated_workflow_leaves_no_live_row(office: Office) -> None:
    """P6: the reconciler settles from the rows."""
    campaign = await office.launch(*answering(40))
    await eventually(lambda: _has_dialled(office, 5))

    await office.workflow(campaign).terminate()

    async def settled() -> bool:
        await office.reconcile()
        return (await office.hall.state(campaign))[0] == "cancelled"

    await eventually(settled)
    states = {person.state for person in await office.hall.people(campaign)}
    assert states == {"done", "not_called"}
    assert (await office.hall.simulator.verdict(per_phone=1))["holds"]


async def test_a_campaign_that_was_never_started_is_started_once(office: Office) -> None:
    campaign = await office.hall.campaign(ANSWERS)

    await asyncio.gather(*(office.reconcile() for _ in range(3)))

    await office.workflow(campaign).result()
    assert await office.hall.outcomes(campaign) == ["answered"]


@pytest.mark.parametrize("scale", [50])  # gaps are short, and one call lasts for six seconds
async def test_pausing_holds_and_resuming_goes_on(office: Office) -> None:
    campaign = await office.launch(STAYS, *answering(19))
    await eventually(lambda: _has_dialled(office, 5))

    await office.cli("workflow", "signal", "-w", f"campaign/{campaign.id}", "--name", "pause")
    await office.until_row_says(campaign, "paused")
    dials = await _dials_once_quiet(office, campaign)
    await asyncio.sleep(1)
    assert await office.dials() == dials
    await office.cli("workflow", "signal", "-w", f"campaign/{campaign.id}", "--name", "resume")

    await office.workflow(campaign).result()
    assert await office.dials() == 20


async def test_temporal_never_learns_who_is_called(office: Office) -> None:
    """P30: names and numbers stay in the database."""
    campaign = await office.launch(*answering(7))
    await office.workflow(campaign).result()

    file = office.temporal.file
    kept = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))

    assert str(campaign.id).encode() in kept
    assert b"Planted" not in kept
    assert b"+1212" not in kept


async def _waiting(office: Office, moment: str) -> Campaign:
    """A campaign that is quiet for the reason given."""
    match moment:
        case "paused":
            campaign = await office.launch(ANSWERS, state="paused")
        case "waiting for hours":
            campaign = await office.launch("+18085550144")  # Honolulu, where it is early
            await office.until_row_says(campaign, "waiting")
        case "between batches":
            campaign = await office.launch(*answering(40))
            await eventually(lambda: _has_dialled(office, 5))
            await office.hall.widen_the_gap(FOR_LONG)
        case _:
            campaign = await office.launch(*answering(60))
            await eventually(lambda: _has_dialled(office, 25))
            await office.hall.fill_the_window(until=await office.hall.now() + FOR_LONG)
    await asyncio.sleep(0.2)
    return campaign


async def _dials_once_quiet(office: Office, campaign: Campaign) -> int:
    """How many were dialled once nobody's request is under way any more."""
    await eventually(lambda: office.hall.is_quiet(campaign))
    return await office.dials()


async def _has_dialled(office: Office, people: int) -> bool:
    return await office.dials() >= people
