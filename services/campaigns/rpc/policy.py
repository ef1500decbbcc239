"""One row for every RPC of the campaigns context: what it does, to what, and for whom."""

from services.chassis.policy import FEED, MACHINES, Policy, Row

_CAMPAIGNS = "/vio.campaigns.v1.CampaignService"
_SUPPRESSIONS = "/vio.campaigns.v1.SuppressionService"
_POLICY = "/vio.campaigns.v1.PolicyService"
_WEBHOOKS = "/vio.campaigns.v1.WebhookService"

POLICY: Policy = {
    f"{_CAMPAIGNS}/PreviewCampaign": Row("call", "campaign"),
    f"{_CAMPAIGNS}/LaunchCampaign": Row("call", "campaign"),
    f"{_CAMPAIGNS}/GetCampaign": Row("view", "campaign"),
    f"{_CAMPAIGNS}/ListCampaigns": Row("view", "campaign"),
    f"{_CAMPAIGNS}/ListRecipients": Row("view", "recipient"),
    f"{_CAMPAIGNS}/PauseCampaign": Row("control", "campaign"),
    f"{_CAMPAIGNS}/ResumeCampaign": Row("control", "campaign"),
    f"{_CAMPAIGNS}/CancelCampaign": Row("control", "campaign"),
    f"{_CAMPAIGNS}/WatchCampaign": Row("view", "campaign", MACHINES),
    f"{_SUPPRESSIONS}/AddSuppression": Row("suppress", "suppression"),
    f"{_SUPPRESSIONS}/ListSuppressions": Row("suppress", "suppression"),
    f"{_SUPPRESSIONS}/RemoveSuppression": Row("suppress", "suppression"),
    f"{_POLICY}/GetPolicy": Row("view", "policy"),
    f"{_WEBHOOKS}/ReceiveWebhook": Row("report", "call", MACHINES),
    **FEED,
}
