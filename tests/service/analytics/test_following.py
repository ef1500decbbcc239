"""Analytics follows both feeds, and can forget everything and read them anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.analytics.feed import consumers, serving
from services.analytics.usecases import learning
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.analytics.world import NINE, Sums, World
from tests.support import feeds
from tests.support.databases import Databases
from tests.support.feeds import Source
from vio.campaigns.v1 import campaign_pb2
from vio.campaigns.v1.events_pb2 import AttemptEnded, CampaignChanged
from vio.groups.v1 import group_pb2
from vio.groups.v1.events_pb2 import (
    ContactChanged,
    GroupChanged,
    MembersAdded,
    MembersRemoved,
    TenantChanged,
)
from vio.groups.v1.tenant_pb2 import Tenant

DAY = timedelta(days=1)
VIPS, ANNA, BEN = new_id(), new_id(), new_id()


def moment(value: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def ended(contact: UUID, before: int, attempt: UUID, *, version: int = 1) -> AttemptEnded:
    at = moment(NINE - before * DAY)
    return AttemptEnded(
        attempt_id=str(attempt),
        contact_id=str(contact),
        dialled_at=at,
        ended_at=at,
        counts=True,
        answered=version > 1,
        appointment_action=campaign_pb2.APPOINTMENT_ACTION_CONFIRMED,
        sentiment=campaign_pb2.SENTIMENT_POSITIVE,
        duration_seconds=31 if version > 1 else None,
        version=version,
        attempt_no=version,
    )


FIRST, SECOND = new_id(), new_id()
OF_GROUPS: list[Message] = [
    TenantChanged(tenant=Tenant(timezone="America/New_York", currency="USD")),
    GroupChanged(
        group_id=str(VIPS),
        name="VIP",
        color="#3B82F6",
        visibility=group_pb2.VISIBILITY_ALL_STAFF,
        created_at=moment(NINE - 9 * DAY),
    ),
    ContactChanged(
        contact_id=str(ANNA),
        appointment_status=group_pb2.APPOINTMENT_STATUS_CONFIRMED,
        appointment_time=moment(NINE - DAY),
    ),
    MembersAdded(group_id=str(VIPS), contact_ids=[str(ANNA), str(BEN)], at=moment(NINE - 8 * DAY)),
    MembersRemoved(group_id=str(VIPS), contact_ids=[str(BEN)], at=moment(NINE - 3 * DAY)),
]
OF_CAMPAIGNS: list[Message] = [
    CampaignChanged(campaign_id=str(new_id())),
    ended(ANNA, 5, FIRST),
    ended(BEN, 4, SECOND),
    ended(BEN, 2, new_id()),
    ended(ANNA, 5, FIRST, version=2),
]


def encode(event: object) -> tuple[str, bytes]:
    assert isinstance(event, Message)
    return event.DESCRIPTOR.full_name, event.SerializeToString()


@pytest.fixture(scope="module")
def own(databases: Databases) -> Databases:
    return databases.another(f"{databases.name}_following")


@pytest.fixture
async def read_models(own: Databases) -> AsyncIterator[Database]:
    async with Database.open(own.url("analytics"), serving.encode, Clock.real_time()) as opened:
        yield opened


@pytest.fixture(scope="module")
def announcing(databases: Databases) -> Databases:
    return feeds.make_schemas(databases, f"{databases.name}_announcing")


@asynccontextmanager
async def sources(announcing: Databases) -> AsyncIterator[dict[str, Source]]:
    async with (
        feeds.opened(announcing, "groups", encode) as groups,
        feeds.opened(announcing, "campaigns", encode) as campaigns,
    ):
        yield {"groups": Source(groups), "campaigns": Source(campaigns)}


@asynccontextmanager
async def channels(served: dict[str, Source]) -> AsyncIterator[dict[str, grpc.aio.Channel]]:
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(source.channel())
            for name, source in served.items()
        }


async def settled(world: World) -> Sums:
    """The sums once they hold everything that was announced, and move no more."""
    async with asyncio.timeout(30):
        while True:
            before = await world.sums()
            await asyncio.sleep(1)
            if _has_everything(before) and before == await world.sums():
                return before


def _has_everything(sums: Sums) -> bool:
    days = str(sums["tenant_days"])
    return "confirmed=1" in days and days.count("day=") == 3 and len(sums["group_growth"]) == 2


async def test_what_is_read_anew_equals_what_was_followed(
    own: Databases, announcing: Databases, read_models: Database
) -> None:
    """Ruling 8: rebuild equals incremental exactly."""
    tenant_id = new_id()
    world = World(read_models, tenant_id)
    async with sources(announcing) as served:
        for source in served.values():
            await source.know(tenant_id)
        async with channels(served) as open_channels:
            async with consumers.following(read_models, open_channels) as following:
                await consumers.caught_up(following)
                for ours, theirs in zip(OF_CAMPAIGNS, OF_GROUPS, strict=True):
                    await served["campaigns"].announce(tenant_id, ours)
                    await served["groups"].announce(tenant_id, theirs)
                followed = await settled(world)

            served["groups"].history[tenant_id] = list(OF_GROUPS)
            served["campaigns"].history[tenant_id] = list(reversed(OF_CAMPAIGNS))
            async with Database.open(
                own.url("analytics_owner"), serving.encode, Clock.real_time()
            ) as owned:
                await learning.forget_everything(owned)
            forgotten = await world.sums()
            async with consumers.following(read_models, open_channels) as following:
                await consumers.caught_up(following)
                read_anew = await world.sums()

    assert not any(forgotten.values())
    assert followed == read_anew
