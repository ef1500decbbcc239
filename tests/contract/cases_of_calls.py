"""A request for every route of campaigns and analytics."""

from tests.contract import shapes_of_calls as shapes
from tests.contract.cases import Case

_NOW = {"call_timing": "immediate"}
_SHOWN = ("group_id", "group_name", "started_at", "window", "allowed_actions.0")
CAMPAIGNS = (
    Case(
        "POST",
        "/groups/{group_id}/call-all",
        shapes.LAUNCHED,
        202,
        {**_NOW, "custom_message": "See you", "priority_level": "high"},
        where={"group_id": "to_call"},
        filled=("group_name",),
    ),
    Case(
        "POST",
        "/groups/{group_id}/call-all/preview",
        shapes.PREVIEW,
        body=_NOW,
        filled=("excluded_by_reason.0.examples",),
    ),
    Case(
        "POST",
        "/campaigns",
        shapes.LAUNCHED,
        202,
        {**_NOW, "contact_ids": ["{consented}"]},
    ),
    Case(
        "POST",
        "/campaigns/preview",
        shapes.PREVIEW,
        body={**_NOW, "group_id": "{group_id}"},
    ),
    Case(
        "GET",
        "/campaigns",
        shapes.CAMPAIGNS,
        query={"group_id": "{group_id}", "page_size": 2},
        filled=("campaigns.1", "pagination.next_page_token"),
    ),
    Case("GET", "/groups/campaigns/{campaign_id}/status", shapes.CAMPAIGN, filled=_SHOWN),
    Case("GET", "/campaigns/{campaign_id}", shapes.CAMPAIGN, filled=_SHOWN),
    Case(
        "GET",
        "/campaigns/{campaign_id}/recipients",
        shapes.RECIPIENTS,
        query={"outcome": "answered"},
        filled=(
            "recipients.0.contact_name",
            "recipients.0.session_id",
            "recipients.0.retell_call_id",
            "recipients.0.duration_seconds",
            "recipients.0.appointment_action",
            "recipients.0.at",
        ),
    ),
    *(
        Case(
            "POST",
            f"/campaigns/{{campaign_id}}/{verb}",
            shapes.CAMPAIGN,
            where={"campaign_id": "held"},
        )
        for verb in ("pause", "resume")
    ),
    Case(
        "POST",
        "/campaigns/{campaign_id}/cancel",
        shapes.CAMPAIGN,
        202,
        {"mode": "stop_now", "reason": "wrong list"},
        where={"campaign_id": "unwanted"},
    ),
    Case(
        "POST",
        "/suppressions",
        shapes.SUPPRESSION,
        201,
        {"phone": "+12125550166", "reason": "letter"},
    ),
    Case("GET", "/suppressions", shapes.SUPPRESSIONS),
    Case(
        "DELETE",
        "/suppressions",
        shapes.SUPPRESSION_REMOVED,
        body={"phone": "{listed}", "reason": "asked again"},
    ),
    Case("GET", "/policy", shapes.POLICY, filled=("caller_ids.0",)),
)
ANALYTICS = (
    Case(
        "GET",
        "/groups/analytics",
        shapes.GROUPS_ANALYTICS,
        query={"days": 7},
        filled=("group_analytics.{group_id}.performance_metrics.call_performance.answer_rate",),
    ),
    Case(
        "GET",
        "/groups/{group_id}/analytics",
        shapes.GROUP_ANALYTICS,
        query={"days": 90},
        filled=(
            "performance_metrics.answer_rate",
            "performance_metrics.average_call_duration",
            "engagement_metrics.engagement_rate",
            "growth.0",
            "heat_map.0",
            "freshness.as_of",
        ),
    ),
)
CASES = (*CAMPAIGNS, *ANALYTICS)
