"""One row for every RPC of the analytics context: what it does, to what, and for whom."""

from services.chassis.policy import FEED, Policy, Row

_ANALYTICS = "/vio.analytics.v1.AnalyticsService"

POLICY: Policy = {
    **FEED,
    f"{_ANALYTICS}/GetGroupsAnalytics": Row("analytics", "group"),
    f"{_ANALYTICS}/GetGroupAnalytics": Row("analytics", "group"),
}
