"""Answers AnalyticsService."""

from typing import Any

import grpc

from services.analytics.rpc import group_answer, groups_answer
from services.analytics.usecases import figures
from services.chassis import caller
from services.chassis.db import Database
from services.chassis.ids import to_uuid
from vio.analytics.v1 import analytics_service_pb2 as pb
from vio.analytics.v1.analytics_service_pb2_grpc import (
    AnalyticsServiceServicer,
    add_AnalyticsServiceServicer_to_server,
)
from vio.analytics.v1.group_analytics_pb2 import GroupAnalytics
from vio.analytics.v1.groups_analytics_pb2 import GroupsAnalytics

Context = grpc.aio.ServicerContext[Any, Any]


class AnalyticsService(AnalyticsServiceServicer):
    """Reads figures for the caller."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def GetGroupsAnalytics(
        self, message: pb.GetGroupsAnalyticsRequest, context: Context
    ) -> GroupsAnalytics:
        overview = await figures.of_all(self._db, caller.current.get(), message.days)
        return groups_answer.message(overview)

    async def GetGroupAnalytics(
        self, message: pb.GetGroupAnalyticsRequest, context: Context
    ) -> GroupAnalytics:
        group_id = to_uuid(message.group_id, "group_id")
        portrait = await figures.of_group(self._db, caller.current.get(), group_id, message.days)
        return group_answer.message(portrait)


def register(server: grpc.aio.Server, db: Database) -> list[str]:
    """Adds the service; gives the full names of what was added."""
    add_AnalyticsServiceServicer_to_server(AnalyticsService(db), server)
    return [each.full_name for each in pb.DESCRIPTOR.services_by_name.values()]
