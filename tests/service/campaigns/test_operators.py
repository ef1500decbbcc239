"""What operators do in the workflow console reaches the row, and stays written."""

from uuid import UUID

import pytest
from sqlalchemy import select

from services.campaigns.store import tables
from services.campaigns.usecases import control, settling
from services.chassis.caller import Caller
from services.chassis.db import Database
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, state
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from vio.campaigns.v1 import campaign_service_pb2 as pb

STOPPED = "stopped by an operator"


@pytest.fixture
async def launched(desk: Desk, groups: GroupsDesk, audience: Audience) -> str:
    """A campaign of two people."""
    ids = [str(each) for each in await audience.make(2)]
    group = await groups.create_group("VIP", initial_contact_ids=ids)
    return (await desk.launch(group.id)).campaign_id


@pytest.fixture
def worker(tenant_id: UUID) -> Caller:
    return Caller.service(tenant_id, "campaigns")


async def settled(db: Database, worker: Caller, desk: Desk, campaign: str, how: str) -> pb.Campaign:
    """The campaign after its last transaction."""
    await settling.settle(db, worker, UUID(campaign), how)
    return await desk.campaign(campaign)


async def test_a_cancellation_in_the_console_says_who_stopped_the_campaign(
    desk: Desk, launched: str, db: Database, worker: Caller
) -> None:
    """X-28."""
    await control.mark(db, worker, UUID(launched), "cancelling")
    meanwhile = await desk.campaign(launched)

    after = await settled(db, worker, desk, launched, "cancelled")

    assert (state(meanwhile), meanwhile.blocking_reason) == ("cancelling", STOPPED)
    assert (state(after), after.blocking_reason) == ("cancelled", STOPPED)
    table = tables.audit.c
    async with db.transaction(worker) as tx:
        newest_last = select(table.action, table.reason, table.person_id).order_by(table.audit_no)
        rows = await tx.fetch_all(dict, newest_last)
    assert {"action": "campaign_cancel", "reason": "by an operator"}.items() <= rows[-1].items()
    assert rows[-1]["person_id"] == worker.person_id


async def test_a_campaign_whose_workflow_is_gone_says_so(
    desk: Desk, launched: str, db: Database, worker: Caller
) -> None:
    """Ruling 6: nobody cancelled the row, so its workflow was ended from outside."""
    after = await settled(db, worker, desk, launched, "cancelled")

    assert (state(after), after.blocking_reason) == ("cancelled", STOPPED)
    assert after.counts.not_called == 2


async def test_a_campaign_whose_workflow_is_gone_waits_for_its_calls(
    desk: Desk, launched: str, db: Database, worker: Caller, line: Line
) -> None:
    (call,) = await line.dial(launched)

    meanwhile = await settled(db, worker, desk, launched, "cancelled")
    await line.ended(call)
    after = await settled(db, worker, desk, launched, "cancelled")

    assert (state(meanwhile), meanwhile.counts.in_call) == ("cancelling", 1)
    assert (state(after), after.blocking_reason) == ("cancelled", STOPPED)
    assert (after.counts.no_answer, after.counts.not_called) == (1, 1)


async def test_a_person_who_cancels_needs_no_explanation(
    desk: Desk, launched: str, db: Database, worker: Caller
) -> None:
    await desk.cancel(launched)

    after = await settled(db, worker, desk, launched, "cancelled")

    assert (state(after), after.HasField("blocking_reason")) == ("cancelled", False)


@pytest.mark.parametrize(
    ("verdict", "status", "reason"),
    [("failed", "cancelled", "cancelled"), ("expired", "cancelled", "expired")],
)
async def test_whoever_was_not_called_is_told_why(
    desk: Desk,
    launched: str,
    db: Database,
    worker: Caller,
    verdict: str,
    status: str,
    reason: str,
) -> None:
    after = await settled(db, worker, desk, launched, verdict)

    assert (state(after), after.status) == (verdict, status)
    people = (await desk.recipients(launched)).recipients
    assert {each.reason for each in people} == {reason}


async def test_nobody_is_left_waiting_in_a_campaign_that_came_to_its_end(
    desk: Desk, launched: str, db: Database, worker: Caller
) -> None:
    """C-22: completed only when everybody is final."""
    after = await settled(db, worker, desk, launched, "completed")

    assert (state(after), after.counts.pending) == ("completed_with_issues", 0)
    assert after.counts.not_called == 2


@pytest.mark.parametrize("wish", ["paused", "running", "cancelling"])
async def test_what_is_over_stays_as_it_is(
    desk: Desk, launched: str, db: Database, worker: Caller, wish: str
) -> None:
    before = await settled(db, worker, desk, launched, "cancelled")

    await control.mark(db, worker, UUID(launched), wish)
    again = await settled(db, worker, desk, launched, "failed")

    assert again == before


async def test_a_pause_in_the_console_ends_like_any_other(
    desk: Desk, launched: str, db: Database, worker: Caller
) -> None:
    await control.mark(db, worker, UUID(launched), "paused")
    paused = await desk.campaign(launched)

    await control.mark(db, worker, UUID(launched), "running")

    assert (state(paused), paused.blocking_reason) == ("paused", "paused by an operator")
    assert state(await desk.campaign(launched)) == "waiting"


async def test_letting_go_what_is_not_held_changes_nothing(
    desk: Desk, launched: str, db: Database, worker: Caller
) -> None:
    before = await desk.campaign(launched)

    await control.mark(db, worker, UUID(launched), "running")

    assert await desk.campaign(launched) == before
