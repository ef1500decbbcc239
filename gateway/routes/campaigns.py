"""Campaigns, the do-not-call list, and the calling policy."""

from gateway.route import Route
from vio.campaigns.v1 import campaign_service_pb2 as campaigns
from vio.campaigns.v1 import policy_service_pb2 as policy
from vio.campaigns.v1 import suppression_service_pb2 as suppressions

_DONE = {"success": True}
_LAUNCH = (
    lambda stubs: stubs.campaigns.LaunchCampaign,
    campaigns.LaunchCampaignRequest,
    campaigns.LaunchCampaignResponse,
)
_PREVIEW = (
    lambda stubs: stubs.campaigns.PreviewCampaign,
    campaigns.LaunchCampaignRequest,
    campaigns.PreviewCampaignResponse,
)
_GET = (
    lambda stubs: stubs.campaigns.GetCampaign,
    campaigns.GetCampaignRequest,
    campaigns.Campaign,
)
_ALIASES = {
    "stagger_minutes": "stagger_duration_minutes",
    "override_individual_timing": "override_call_timing",
    "custom_message": "custom_message_addition",
}

ROUTES = (
    Route(
        "POST",
        "/groups/{group_id}/call-all",
        *_LAUNCH,
        status=202,
        rename=_ALIASES,
        constants=_DONE,
    ),
    Route("POST", "/groups/{group_id}/call-all/preview", *_PREVIEW, rename=_ALIASES),
    Route("POST", "/campaigns", *_LAUNCH, status=202, rename=_ALIASES, constants=_DONE),
    Route("POST", "/campaigns/preview", *_PREVIEW, rename=_ALIASES),
    Route(
        "GET",
        "/campaigns",
        lambda stubs: stubs.campaigns.ListCampaigns,
        campaigns.ListCampaignsRequest,
        campaigns.ListCampaignsResponse,
    ),
    Route("GET", "/groups/campaigns/{campaign_id}/status", *_GET),
    Route("GET", "/campaigns/{campaign_id}", *_GET),
    Route(
        "GET",
        "/campaigns/{campaign_id}/recipients",
        lambda stubs: stubs.campaigns.ListRecipients,
        campaigns.ListRecipientsRequest,
        campaigns.ListRecipientsResponse,
    ),
    Route(
        "POST",
        "/campaigns/{campaign_id}/pause",
        lambda stubs: stubs.campaigns.PauseCampaign,
        campaigns.PauseCampaignRequest,
        campaigns.Campaign,
    ),
    Route(
        "POST",
        "/campaigns/{campaign_id}/resume",
        lambda stubs: stubs.campaigns.ResumeCampaign,
        campaigns.ResumeCampaignRequest,
        campaigns.Campaign,
    ),
    Route(
        "POST",
        "/campaigns/{campaign_id}/cancel",
        lambda stubs: stubs.campaigns.CancelCampaign,
        campaigns.CancelCampaignRequest,
        campaigns.Campaign,
        status=202,
    ),
    Route(
        "GET",
        "/suppressions",
        lambda stubs: stubs.suppressions.ListSuppressions,
        suppressions.ListSuppressionsRequest,
        suppressions.ListSuppressionsResponse,
    ),
    Route(
        "POST",
        "/suppressions",
        lambda stubs: stubs.suppressions.AddSuppression,
        suppressions.AddSuppressionRequest,
        suppressions.Suppression,
        status=201,
    ),
    Route(
        "DELETE",
        "/suppressions",
        lambda stubs: stubs.suppressions.RemoveSuppression,
        suppressions.RemoveSuppressionRequest,
        suppressions.RemoveSuppressionResponse,
        constants=_DONE,
    ),
    Route(
        "GET",
        "/policy",
        lambda stubs: stubs.policy.GetPolicy,
        policy.GetPolicyRequest,
        policy.CallingPolicy,
    ),
)
