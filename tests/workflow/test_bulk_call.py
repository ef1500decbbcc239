"""The life of a campaign's workflow on a real Temporal server."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import SearchAttributeKey

from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import STATE_ATTRIBUTE, Control, Rest
from tests.workflow.desk import Desk, Handle, Start

CANCELED = WorkflowExecutionStatus.CANCELED
LONG = Rest(3600, "waiting", "outside calling hours until 08:00")


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.01)


async def resting(campaign: Handle) -> None:
    """Waits until the workflow sleeps on a timer."""
    async with asyncio.timeout(30):
        while True:
            history = await campaign.fetch_history()
            kinds = [each.WhichOneof("attributes") for each in history.events]
            if "timer_started_event_attributes" in kinds:
                return
            await asyncio.sleep(0.02)


async def ends_cancelled(campaign: Handle) -> None:
    with pytest.raises(WorkflowFailureError):
        await campaign.result()
    assert (await campaign.describe()).status == CANCELED


async def test_everyone_is_called_once_and_the_campaign_completes(start: Start, desk: Desk) -> None:
    campaign = await start()

    run = await campaign.result()

    assert desk.rung == list(range(20))
    assert desk.states == ["completed"]
    assert run.batches == 4


async def test_cancelling_finishes_the_batch_in_hand_and_dials_no_other(
    start: Start, desk: Desk
) -> None:
    desk.line_open.clear()
    campaign = await start()
    await desk.ringing.wait()

    await campaign.cancel()
    await eventually(lambda: "cancelling" in desk.states)
    desk.line_open.set()

    await ends_cancelled(campaign)
    assert desk.rung == list(range(5))
    assert desk.states == ["cancelling", "cancelled"]


async def test_the_row_hears_of_a_cancellation_while_the_batch_still_rings(
    start: Start, desk: Desk
) -> None:
    """C-26: the fence hears it from the database, at once."""
    desk.line_open.clear()
    campaign = await start()
    await desk.ringing.wait()

    await campaign.cancel()
    await eventually(lambda: desk.row == "cancelling")

    desk.line_open.set()
    await ends_cancelled(campaign)


@pytest.mark.parametrize(
    "moment", ["before the first dial", "between batches", "waiting for the window", "paused"]
)
async def test_cancelling_a_campaign_that_waits_dials_nobody_more(
    start: Start, desk: Desk, moment: str
) -> None:
    """X-28."""
    match moment:
        case "before the first dial":
            desk.prepared = LONG
        case "between batches" | "waiting for the window":
            desk.between = lambda batch: Rest(30 if batch == 1 else 3600, "running", moment)
        case "paused":
            desk.row = "paused"
    campaign = await start()
    await resting(campaign)
    rung = list(desk.rung)

    await campaign.cancel()

    await ends_cancelled(campaign)
    assert desk.rung == rung
    assert desk.states == ["cancelled"]


async def test_a_second_cancellation_does_not_disturb_the_first(start: Start, desk: Desk) -> None:
    desk.prepared, desk.faulty_settles = LONG, 5
    campaign = await start()
    await resting(campaign)

    for _ in range(3):
        await campaign.cancel()

    await ends_cancelled(campaign)
    assert desk.states == ["cancelled"]


async def test_a_cancellation_that_an_ending_batch_swallowed_still_counts(
    start: Start, desk: Desk
) -> None:
    for _ in range(5):
        desk.rung.clear()
        desk.line_open.clear()
        desk.ringing.clear()
        campaign = await start()
        await desk.ringing.wait()

        await asyncio.gather(campaign.cancel(), asyncio.to_thread(desk.line_open.set))

        await ends_cancelled(campaign)
        assert len(desk.rung) < 20


async def test_operators_pause_and_resume_by_signal(start: Start, desk: Desk) -> None:
    """The row learns it by a mark; nobody is rung while it lasts."""
    desk.between = lambda batch: LONG
    campaign = await start()
    await resting(campaign)

    await campaign.signal("pause")
    await eventually(lambda: desk.states == ["paused"])
    await eventually(lambda: desk.asked == 2)
    rung = list(desk.rung)
    desk.between = lambda batch: Rest()
    await campaign.signal("resume")

    await campaign.result()
    assert rung == list(range(5))
    assert desk.rung == list(range(20))
    assert desk.states == ["paused", "running", "completed"]


async def test_a_pause_that_the_row_knows_is_not_marked_again(start: Start, desk: Desk) -> None:
    desk.row = "paused"
    campaign = await start()
    await resting(campaign)

    desk.row = "running"
    await campaign.signal(BulkCall.resume, Control(recorded=True))

    await campaign.result()
    assert desk.states == ["completed"]


async def test_the_calls_in_hand_are_awaited_before_the_end(start: Start, desk: Desk) -> None:
    desk.faulty_settles = 3

    await (await start()).result()

    assert desk.faulty_settles == 0
    assert desk.states == ["completed"]


async def test_a_long_campaign_goes_on_as_new_without_losing_anybody(
    start: Start, desk: Desk
) -> None:
    """P9: histories stay short."""
    desk.people = 150
    campaign = await start()

    run = await campaign.result()

    assert desk.rung == list(range(150))
    assert run.batches == 30
    latest = await campaign.describe()
    assert latest.run_id != campaign.first_execution_run_id
    assert latest.history_length < 100


async def test_operators_see_state_and_reason(start: Start, desk: Desk) -> None:
    desk.between = lambda batch: Rest(3600, "waiting", "outside calling hours until 08:00")
    campaign = await start()
    await resting(campaign)

    description = await campaign.describe()
    attribute = SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)

    assert description.typed_search_attributes[attribute] == "waiting"
    details = await campaign.query("__temporal_workflow_metadata")
    assert "outside calling hours until 08:00" in str(details)
    await campaign.cancel()


async def test_a_timer_carries_the_sentence_for_operators(start: Start, desk: Desk) -> None:
    desk.between = lambda batch: LONG
    campaign = await start()
    await resting(campaign)

    history = await campaign.fetch_history()

    (timer,) = [each for each in history.events if each.HasField("timer_started_event_attributes")]
    assert timer.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta() == timedelta(
        hours=1
    )
    assert b"outside calling hours" in timer.user_metadata.summary.data
    await campaign.cancel()
