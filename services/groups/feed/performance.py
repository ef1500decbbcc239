"""Learns from analytics' feed how the calls to groups went."""

from collections.abc import Sequence
from uuid import UUID

import grpc

from services.chassis.db import Database, Transaction
from services.chassis.feed import Change, Consumer
from services.groups.domain.groups import Calls
from services.groups.usecases import performance
from vio.analytics.v1.events_pb2 import GroupPerformanceChanged
from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceStub


def following(channel: grpc.aio.Channel, db: Database) -> Consumer:
    """Follows the analytics context over a channel."""
    return Consumer("analytics", ChangeFeedServiceStub(channel), db, apply, apply_run)


async def apply(tx: Transaction, change: Change) -> None:
    await apply_run(tx, [change])


async def apply_run(tx: Transaction, changes: Sequence[Change]) -> None:
    """Keeps the latest figures of each group; applying a change twice is harmless."""
    latest: dict[UUID, Calls] = {}
    for change in changes:
        event = GroupPerformanceChanged()
        if change.payload.Unpack(event):
            latest[UUID(event.group_id)] = _calls(event)
    if latest:
        await performance.changed(tx, latest)


def _calls(event: GroupPerformanceChanged) -> Calls:
    return Calls(event.total_calls, event.answered_calls, event.confirmed_calls)
