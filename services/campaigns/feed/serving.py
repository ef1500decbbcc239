"""Serves the context's feed."""

import grpc

from services.campaigns.usecases.history import list_history
from services.chassis.db import Database
from services.chassis.feed import ChangeFeed
from vio.feed.v1.feed_service_pb2 import DESCRIPTOR
from vio.feed.v1.feed_service_pb2_grpc import add_ChangeFeedServiceServicer_to_server


def register(server: grpc.aio.Server, db: Database) -> list[str]:
    """Gives the full name of the service added."""
    add_ChangeFeedServiceServicer_to_server(ChangeFeed(db, list_history), server)
    return [each.full_name for each in DESCRIPTOR.services_by_name.values()]
