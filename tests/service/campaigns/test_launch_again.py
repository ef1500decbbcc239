"""Launches that meet each other: slots, repeats, lost starts."""

import asyncio
from uuid import UUID

import grpc
import pytest
from sqlalchemy import select

from services.campaigns.store import tables
from services.chassis.db import Database
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, Engine, state
from tests.service.campaigns.launches import NOTHING, a_group, rows
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.campaigns.v1 import campaign_service_pb2 as pb


async def test_the_sixth_live_campaign_is_told_who_holds_the_slots(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    group = await a_group(groups, await audience.make(1))
    holders = [(await desk.launch(group)).campaign_id for _ in range(5)]

    failure = await refused(desk.launch(group))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "SLOTS_TAKEN",
    )
    assert failure.facts["holders"].split(",") == holders
    assert failure.retry_after
    assert (await desk.preview(group)).live_campaigns == 5


async def test_launches_at_the_same_moment_share_five_slots(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    group = await a_group(groups, await audience.make(1))

    answers = await asyncio.gather(*(desk.launch(group) for _ in range(8)), return_exceptions=True)

    launched = [each for each in answers if isinstance(each, pb.LaunchCampaignResponse)]
    assert len(launched) == 5
    assert all(
        each.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        for each in answers
        if isinstance(each, grpc.aio.AioRpcError)
    )


async def test_the_same_request_launches_once(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database, engine: Engine
) -> None:
    group = await a_group(groups, await audience.make(2))

    together = (desk.launch(group, request_id="r-1") for _ in range(3))
    answers = await asyncio.gather(*together, return_exceptions=True)
    again = await desk.launch(group, request_id="r-1")

    told = {each.campaign_id for each in answers if isinstance(each, pb.LaunchCampaignResponse)}
    assert told == {again.campaign_id}
    assert (await rows(db, desk))["campaigns"] == 1


@pytest.mark.parametrize("request_id", ["a\x00b", "a\nb", "x" * 256])
async def test_a_request_id_that_can_not_be_kept_is_refused(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database, request_id: str
) -> None:
    group = await a_group(groups, await audience.make(1))

    failure = await refused(desk.launch(group, request_id=request_id))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_REQUEST_ID",
    )
    assert await rows(db, desk) == NOTHING


async def test_a_thousand_and_one_contacts_are_refused_with_the_count(
    desk: Desk, audience: Audience
) -> None:
    people = [str(each) for each in await audience.many(1001)]

    failure = await refused(desk.launch(contact_ids=people))

    assert (failure.reason, failure.facts["count"]) == ("TOO_MANY_CONTACTS", "1001")


async def test_a_request_id_is_not_used_for_two_orders(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    group = await a_group(groups, await audience.make(2))
    await desk.launch(group, request_id="r-1")

    failure = await refused(desk.launch(group, request_id="r-1", campaign_name="Another"))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "REQUEST_ID_REUSED",
    )


async def test_a_lost_start_leaves_a_campaign_for_the_reconciler(
    desk: Desk, groups: GroupsDesk, audience: Audience, engine: Engine, db: Database
) -> None:
    group = await a_group(groups, await audience.make(1))
    engine.silent = True

    launched = await desk.launch(group)

    column = tables.campaigns.c
    async with db.transaction(desk.person.caller) as tx:
        started = await tx.fetch_value(
            select(column.workflow_started_at).where(column.id == UUID(launched.campaign_id))
        )
    assert started is None
    assert state(await desk.campaign(launched.campaign_id)) == "preparing"
