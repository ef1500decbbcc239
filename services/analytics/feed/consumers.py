"""Follows both contexts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import grpc
from google.protobuf.any_pb2 import Any as Packed

from services.analytics.domain.facts import Fact
from services.analytics.feed import from_campaigns, from_groups
from services.analytics.usecases import learning, sources
from services.chassis.db import Database, Transaction
from services.chassis.feed import Change, Consumer
from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceStub

_READERS: dict[str, Callable[[Packed], Fact | None]] = {
    sources.GROUPS: from_groups.fact,
    sources.CAMPAIGNS: from_campaigns.fact,
}


def consumer(
    source: str, channel: grpc.aio.Channel, db: Database, learned: Callable[[UUID], None]
) -> Consumer:
    """Turns a source's events into facts and learns them, a batch at a time.

    `learned` is told of every tenant whose figures may have changed.
    """
    read = _READERS[source]

    async def apply_run(tx: Transaction, changes: Sequence[Change]) -> None:
        facts = [fact for change in changes if (fact := read(change.payload)) is not None]
        if facts:
            await learning.learn(tx, facts)
            learned(changes[0].tenant_id)

    async def apply(tx: Transaction, change: Change) -> None:
        await apply_run(tx, [change])

    return Consumer(source, ChangeFeedServiceStub(channel), db, apply, apply_run)


@asynccontextmanager
async def following(
    db: Database,
    channels: dict[str, grpc.aio.Channel],
    learned: Callable[[UUID], None] = lambda tenant_id: None,
) -> AsyncIterator[Sequence[Consumer]]:
    """Follows every source in the background until the block ends."""
    consumers = [consumer(source, channel, db, learned) for source, channel in channels.items()]
    async with AsyncExitStack() as stack:
        for each in consumers:
            await stack.enter_async_context(each.running())
        yield consumers


async def caught_up(consumers: Sequence[Consumer]) -> None:
    """Waits until nothing that had happened is missing."""
    while not all(each.caught_up for each in consumers):  # noqa: ASYNC110 - polls the lag
        await asyncio.sleep(0.1)
