"""How groups do."""

from gateway.route import Route
from vio.analytics.v1 import analytics_service_pb2 as analytics
from vio.analytics.v1 import group_analytics_pb2 as one
from vio.analytics.v1 import groups_analytics_pb2 as every

ROUTES = (
    Route(
        "GET",
        "/groups/analytics",
        lambda stubs: stubs.analytics.GetGroupsAnalytics,
        analytics.GetGroupsAnalyticsRequest,
        every.GroupsAnalytics,
    ),
    Route(
        "GET",
        "/groups/{group_id}/analytics",
        lambda stubs: stubs.analytics.GetGroupAnalytics,
        analytics.GetGroupAnalyticsRequest,
        one.GroupAnalytics,
    ),
)
