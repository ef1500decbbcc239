"""Learns from the groups' feed: the tenant's zone, and who may see which group."""

from uuid import UUID

import grpc

from services.campaigns.domain.permissions import GroupView
from services.campaigns.usecases import learning
from services.chassis.db import Database, Transaction
from services.chassis.feed import Change, Consumer
from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceStub
from vio.groups.v1 import events_pb2, group_pb2


def following(channel: grpc.aio.Channel, db: Database) -> Consumer:
    """Follows the groups context over a channel."""
    return Consumer("groups", ChangeFeedServiceStub(channel), db, apply)


async def apply(tx: Transaction, change: Change) -> None:
    """Keeps what concerns campaigns; applying a change twice is harmless."""
    tenant, group = events_pb2.TenantChanged(), events_pb2.GroupChanged()
    if change.payload.Unpack(tenant):
        profile = tenant.tenant
        await learning.tenant(tx, profile.timezone, medical=profile.medical)
    elif change.payload.Unpack(group):
        await learning.group(tx, _view(group))


def _view(message: events_pb2.GroupChanged) -> GroupView:
    visibility = group_pb2.Visibility.Name(message.visibility).removeprefix("VISIBILITY_").lower()
    people = tuple(map(UUID, message.permitted_users))
    deleted = message.HasField("deleted_at")
    return GroupView(UUID(message.group_id), visibility, people, deleted)
