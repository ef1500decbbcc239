"""Pausing, resuming and cancelling: the row first, each repeat harmless."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import grpc
import pytest
from sqlalchemy import select

from services.campaigns.store import tables
from services.campaigns.usecases import settling
from services.chassis import tables as chassis
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, Engine, campaign_state, state
from tests.service.campaigns.ear import Ear
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.campaigns.v1 import campaign_service_pb2 as pb
from vio.campaigns.v1 import events_pb2
from vio.groups.v1 import group_pb2

Use = Callable[[Desk], Callable[..., Awaitable[pb.Campaign]]]
CONTROLS: list[Use] = [
    lambda desk: desk.pause,
    lambda desk: desk.resume,
    lambda desk: desk.cancel,
]


@pytest.fixture
async def launched(desk: Desk, groups: GroupsDesk, audience: Audience) -> str:
    """A campaign of four people, launched a moment ago."""
    ids = [str(each) for each in await audience.make(4)]
    group = await groups.create_group("VIP", initial_contact_ids=ids)
    answer = await desk.launch(group.id)
    return answer.campaign_id


async def announced(db: Database, desk: Desk) -> list[str]:
    """The states of which the feed was told, in order."""
    table = chassis.outbox.c
    async with db.transaction(desk.person.caller) as tx:
        found = await tx.fetch_values(select(table.payload).order_by(table.id))
    told = [events_pb2.CampaignChanged.FromString(each) for each in found]
    return [campaign_state(each.state) for each in told]


async def audited(db: Database, desk: Desk) -> list[tuple[str, str]]:
    """What was done and why, in order."""
    table = tables.audit.c
    statement = select(table.action, table.reason).order_by(table.audit_no)
    async with db.transaction(desk.person.caller) as tx:
        return [(row["action"], row["reason"]) for row in await tx.fetch_all(dict, statement)]


async def settle(db: Database, desk: Desk, campaign_id: str, verdict: str = "cancelled") -> None:
    """What the workflow does at its end."""
    caller = Caller.service(desk.person.caller.tenant_id, "campaigns")
    await settling.settle(db, caller, UUID(campaign_id), verdict)


async def test_each_control_moves_the_row_tells_the_feed_and_wakes_the_workflow(
    desk: Desk, launched: str, db: Database, engine: Engine
) -> None:
    """C-25, C-26."""
    paused = await desk.pause(launched, reason="lunch")
    resumed = await desk.resume(launched)
    cancelled = await desk.cancel(launched, reason="wrong list")

    assert [state(each) for each in (paused, resumed, cancelled)] == [
        "paused",
        "waiting",
        "cancelling",
    ]
    assert paused.version < resumed.version < cancelled.version
    assert await announced(db, desk) == ["preparing", "paused", "waiting", "cancelling"]
    assert [word for word, _ in engine.told] == ["start", "pause", "resume", "cancel"]
    assert await audited(db, desk) == [
        ("campaign_launched", ""),
        ("campaign_pause", "lunch"),
        ("campaign_resume", ""),
        ("campaign_cancel", "wrong list"),
    ]


async def test_what_is_allowed_follows_the_state(desk: Desk, launched: str) -> None:
    paused = await desk.pause(launched)
    cancelling = await desk.cancel(launched)

    assert list(paused.allowed_actions) == ["resume", "cancel"]
    assert paused.blocking_reason
    assert list(cancelling.allowed_actions) == []


async def test_a_campaign_that_has_called_resumes_as_running(
    desk: Desk, launched: str, line: Line
) -> None:
    await line.dial(launched, 2)
    await desk.pause(launched)

    resumed = await desk.resume(launched)

    assert (state(resumed), resumed.status) == ("running", "executing")


@pytest.mark.parametrize("use", CONTROLS)
async def test_repeating_a_control_changes_nothing(
    desk: Desk, launched: str, db: Database, use: Use
) -> None:
    await use(desk)(launched)
    before = await desk.campaign(launched)
    entries = await audited(db, desk)

    again = await use(desk)(launched)

    assert again == before
    assert await audited(db, desk) == entries


async def test_cancelling_again_after_the_end_changes_nothing(
    desk: Desk, launched: str, db: Database
) -> None:
    await desk.cancel(launched)
    await settle(db, desk, launched)
    before = await desk.campaign(launched)

    again = await desk.cancel(launched)

    assert again == before
    assert (state(again), again.counts.not_called) == ("cancelled", 4)


async def test_who_let_calls_finish_may_still_end_them(
    desk: Desk, launched: str, line: Line, db: Database
) -> None:
    await line.dial(launched)
    await desk.cancel(launched, mode=pb.CANCEL_MODE_DRAIN)

    await desk.cancel(launched, mode=pb.CANCEL_MODE_STOP_NOW)

    async with db.transaction(desk.person.caller) as tx:
        assert await tx.fetch_value(select(tables.campaigns.c.stop_now))


@pytest.mark.parametrize("use", CONTROLS[:2])
async def test_a_campaign_that_is_being_cancelled_is_neither_held_nor_let_go(
    desk: Desk, launched: str, use: Use
) -> None:
    await desk.cancel(launched)

    failure = await refused(use(desk)(launched))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "BEING_CANCELLED",
    )


@pytest.mark.parametrize("use", CONTROLS)
async def test_a_campaign_that_came_to_its_end_is_over(
    desk: Desk, launched: str, db: Database, line: Line, use: Use
) -> None:
    for call in await line.dial(launched, 4):
        await line.ended(call)
    await settle(db, desk, launched, "completed")

    failure = await refused(use(desk)(launched))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "CAMPAIGN_IS_OVER",
    )
    assert state(await desk.campaign(launched)) == "completed"


async def test_settling_gives_the_slot_back(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    ids = [str(each) for each in await audience.make(1)]
    group = (await groups.create_group("VIP", initial_contact_ids=ids)).id
    first, *_ = [(await desk.launch(group)).campaign_id for _ in range(5)]

    await desk.cancel(first)
    await settle(db, desk, first)

    assert (await desk.launch(group)).campaign_id


async def test_a_cancelled_campaign_waits_for_its_calls(
    desk: Desk, launched: str, db: Database, line: Line
) -> None:
    (call,) = await line.dial(launched)
    await desk.cancel(launched)

    await settle(db, desk, launched)
    meanwhile = await desk.campaign(launched)
    await line.ended(call)
    await settle(db, desk, launched)

    assert (state(meanwhile), meanwhile.counts.in_call) == ("cancelling", 1)
    after = await desk.campaign(launched)
    assert (state(after), after.is_final) == ("cancelled", True)
    assert (after.counts.no_answer, after.counts.not_called) == (1, 3)
    assert after.HasField("completed_at")


async def test_the_row_moves_while_the_engine_is_silent(
    desk: Desk, launched: str, engine: Engine
) -> None:
    engine.silent = True

    assert state(await desk.pause(launched)) == "paused"
    assert state(await desk.cancel(launched)) == "cancelling"


async def test_controls_at_the_same_moment_leave_one_state(desk: Desk, launched: str) -> None:
    answers = await asyncio.gather(
        *(use(desk)(launched) for use in CONTROLS * 3), return_exceptions=True
    )

    assert {type(each) for each in answers} <= {pb.Campaign, grpc.aio.AioRpcError}
    assert state(await desk.campaign(launched)) == "cancelling"


async def test_the_same_request_is_answered_once(desk: Desk, launched: str, db: Database) -> None:
    first = await desk.pause(launched, request_id="p-1")
    await desk.resume(launched)

    again = await desk.pause(launched, request_id="p-1")

    assert state(first) == "paused"
    assert state(again) == "waiting"
    other = await refused(desk.pause(launched, request_id="p-1", reason="another"))
    assert other.reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("use", CONTROLS)
async def test_staff_may_not_control_what_they_see(
    desk: Desk, staff: Desk, launched: str, ear: Ear, use: Use
) -> None:
    await ear.heard((await desk.campaign(launched)).group_id)

    failure = await refused(use(staff)(launched))

    assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN")
    assert state(await desk.campaign(launched)) == "preparing"


@pytest.mark.parametrize("use", CONTROLS)
async def test_hidden_foreign_and_unknown_campaigns_are_refused_alike(
    staff: Desk,
    desk: Desk,
    stranger: Desk,
    groups: GroupsDesk,
    audience: Audience,
    ear: Ear,
    use: Use,
) -> None:
    ids = [str(each) for each in await audience.make(1)]
    hidden: Any = {"visibility": group_pb2.VISIBILITY_ADMINS_ONLY}
    group = (await groups.create_group("Hidden", initial_contact_ids=ids, **hidden)).id
    campaign_id = (await desk.launch(group)).campaign_id
    await ear.heard(group, "admins_only")

    failures = [
        await refused(use(staff)(campaign_id)),
        await refused(use(stranger)(campaign_id)),
        await refused(use(desk)(new_id())),
    ]

    assert failures[0] == failures[1] == failures[2]
    assert failures[0].code == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("use", CONTROLS)
async def test_controls_with_values_out_of_rule_are_refused(
    desk: Desk, launched: str, use: Use
) -> None:
    bad_id = await refused(use(desk)("no-uuid"))
    long = await refused(use(desk)(launched, reason="x" * 501))

    assert (bad_id.reason, bad_id.facts["field"]) == ("INVALID_ID", "campaign_id")
    assert (long.reason, long.facts["field"]) == ("TOO_LONG", "reason")
    unprintable = await refused(use(desk)(launched, reason="a\x00b"))
    assert (unprintable.reason, unprintable.facts["field"]) == ("UNPRINTABLE", "reason")
