"""A change on its way: from a feed's message to the handler that knows its kind."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.any_pb2 import Any as Packed

from services.chassis.db import Transaction
from vio.feed.v1 import feed_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one tenant; `payload` is a message of the source's `events.proto`."""

    id: UUID
    tenant_id: UUID
    at: datetime
    payload: Packed

    @staticmethod
    def of(event: pb.Event) -> "Change":
        return Change(
            UUID(event.id), UUID(event.tenant_id), event.at.ToDatetime(UTC), event.payload
        )


Apply = Callable[[Transaction, Change], Awaitable[None]]
ApplyRun = Callable[[Transaction, Sequence[Change]], Awaitable[None]]
