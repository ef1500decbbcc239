"""Serves the context's feed."""

import grpc

from services.analytics.domain.events import GroupPerformanceChanged
from services.analytics.usecases import announcing
from services.chassis.db import Database
from services.chassis.feed import ChangeFeed
from vio.analytics.v1 import events_pb2 as pb
from vio.feed.v1.feed_service_pb2 import DESCRIPTOR
from vio.feed.v1.feed_service_pb2_grpc import add_ChangeFeedServiceServicer_to_server


def encode(event: object) -> tuple[str, bytes]:
    """A domain event as its message: full name and content."""
    if not isinstance(event, GroupPerformanceChanged):
        raise TypeError(f"{type(event).__name__} is no event of analytics")
    message = pb.GroupPerformanceChanged(
        group_id=str(event.group_id),
        total_calls=event.total_calls,
        answered_calls=event.answered_calls,
        confirmed_calls=event.confirmed_calls,
        performance_score=event.performance_score,
    )
    return message.DESCRIPTOR.full_name, message.SerializeToString()


def register(server: grpc.aio.Server, db: Database) -> list[str]:
    """Gives the full name of the service added."""
    served = ChangeFeed(db, announcing.list_history)
    add_ChangeFeedServiceServicer_to_server(served, server)
    return [each.full_name for each in DESCRIPTOR.services_by_name.values()]
