"""Learns from the campaigns' feed: calls, and numbers that must not be called."""

from datetime import UTC
from uuid import UUID

import grpc

from services.chassis.db import Database, Transaction
from services.chassis.feed import Change, Consumer, wire
from services.groups.domain.calls import Call
from services.groups.usecases import call_facts
from vio.campaigns.v1 import campaign_pb2, events_pb2
from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceStub


def following(channel: grpc.aio.Channel, db: Database) -> Consumer:
    """Follows the campaigns context over a channel."""
    return Consumer("campaigns", ChangeFeedServiceStub(channel), db, apply)


async def apply(tx: Transaction, change: Change) -> None:
    """Keeps what concerns contacts; applying a change twice is harmless."""
    ended = events_pb2.AttemptEnded()
    added, removed = events_pb2.SuppressionAdded(), events_pb2.SuppressionRemoved()
    if change.payload.Unpack(ended):
        await call_facts.call_ended(tx, _call(ended))
    elif change.payload.Unpack(added):
        await call_facts.suppressed(tx, added.phone)
    elif change.payload.Unpack(removed):
        await call_facts.released(tx, removed.phone)


def _call(message: events_pb2.AttemptEnded) -> Call:
    return Call(
        attempt_id=UUID(message.attempt_id),
        contact_id=UUID(message.contact_id),
        version=message.version,
        at=message.dialled_at.ToDatetime(UTC),
        ended_at=message.ended_at.ToDatetime(UTC),
        counts=message.counts,
        answered=message.answered,
        action=wire.word(
            campaign_pb2.AppointmentAction, message.appointment_action, "APPOINTMENT_ACTION_"
        ),
    )
