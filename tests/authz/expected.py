"""Who may do what, written down apart from the product's own tables.

Read from requirements S-01 to S-11 and C-26 and from rulings 2, 6, 9 and 10: everything is
for administrators; staff may read what is visible to them; machines have methods of their own.
Whatever stands in no row here is expected to be open to nobody.
"""

from enum import Enum


class Role(Enum):
    """Who asks. The outsider administers a tenant of their own."""

    SUPER_ADMIN = "super_admin"
    CLIENT_ADMIN = "client_admin"
    PERMITTED_USER = "permitted_user"
    CLIENT_USER = "client_user"
    OUTSIDER = "outsider"
    MACHINE = "machine"


class Visibility(Enum):
    """To whom the group, or the campaign's group, is shown."""

    ALL_STAFF = "all_staff"
    ADMINS_ONLY = "admins_only"
    CUSTOM = "custom"


ADMINS = frozenset({Role.SUPER_ADMIN, Role.CLIENT_ADMIN})
#: S-07, S-08, S-09: who sees a thing of the tenant, by the group's visibility.
SEES = {
    Visibility.ALL_STAFF: ADMINS | {Role.PERMITTED_USER, Role.CLIENT_USER},
    Visibility.ADMINS_ONLY: ADMINS,
    Visibility.CUSTOM: ADMINS | {Role.PERMITTED_USER},
}

STAFF_TOO = frozenset(
    {
        "/vio.groups.v1.GroupService/GetGroup",
        "/vio.groups.v1.GroupService/ListGroups",
        "/vio.groups.v1.MemberService/ListMembers",
        "/vio.groups.v1.SelectionService/CreateSelection",
        "/vio.groups.v1.ContactService/GetContact",
        "/vio.groups.v1.ContactService/ListContacts",
        "/vio.groups.v1.TenantService/GetTenant",
        "/vio.groups.v1.PeopleService/GetMe",
        "/vio.campaigns.v1.CampaignService/GetCampaign",
        "/vio.campaigns.v1.CampaignService/ListCampaigns",
        "/vio.campaigns.v1.CampaignService/ListRecipients",
        "/vio.analytics.v1.AnalyticsService/GetGroupsAnalytics",
        "/vio.analytics.v1.AnalyticsService/GetGroupAnalytics",
    }
)
ADMINS_ONLY = frozenset(
    {
        "/vio.groups.v1.GroupService/CreateGroup",
        "/vio.groups.v1.GroupService/UpdateGroup",
        "/vio.groups.v1.GroupService/DeleteGroup",
        "/vio.groups.v1.MemberService/AddMembers",
        "/vio.groups.v1.MemberService/RemoveMember",
        "/vio.groups.v1.MemberService/RemoveMembers",
        "/vio.groups.v1.MemberService/SetContactGroups",
        "/vio.groups.v1.AuditService/ListAuditEntries",
        "/vio.groups.v1.ContactService/CreateContact",
        "/vio.groups.v1.ContactService/UpdateContact",
        "/vio.groups.v1.ContactService/RecordConsent",
        "/vio.groups.v1.ContactService/RevokeConsent",
        "/vio.groups.v1.ImportService/ImportContacts",
        "/vio.groups.v1.ImportService/GetImport",
        "/vio.groups.v1.ImportService/DownloadErrors",
        "/vio.groups.v1.TenantService/UpdateTenant",
        "/vio.groups.v1.PeopleService/ListPeople",
        "/vio.groups.v1.PeopleService/UpsertPerson",
        "/vio.campaigns.v1.CampaignService/PreviewCampaign",
        "/vio.campaigns.v1.CampaignService/LaunchCampaign",
        "/vio.campaigns.v1.CampaignService/PauseCampaign",
        "/vio.campaigns.v1.CampaignService/ResumeCampaign",
        "/vio.campaigns.v1.CampaignService/CancelCampaign",
        "/vio.campaigns.v1.SuppressionService/AddSuppression",
        "/vio.campaigns.v1.SuppressionService/ListSuppressions",
        "/vio.campaigns.v1.SuppressionService/RemoveSuppression",
        "/vio.campaigns.v1.PolicyService/GetPolicy",
    }
)
SUPER_ADMINS_ONLY = frozenset({"/vio.groups.v1.TenantService/CreateTenant"})
MACHINES_ONLY = frozenset(
    {
        "/vio.groups.v1.AudienceService/FreezeAudience",
        "/vio.groups.v1.AudienceService/GetDialFacts",
        "/vio.groups.v1.AudienceService/GetContactNames",
        "/vio.campaigns.v1.CampaignService/WatchCampaign",
        "/vio.campaigns.v1.WebhookService/ReceiveWebhook",
        "/vio.feed.v1.ChangeFeedService/List",
        "/vio.feed.v1.ChangeFeedService/Watch",
    }
)
PEOPLE = STAFF_TOO | ADMINS_ONLY | SUPER_ADMINS_ONLY
EVERY = PEOPLE | MACHINES_ONLY

#: S-06: these answer a hidden thing as absent, whatever else the caller lacks. The others
#: refuse a role before they look at anything, so they tell nothing either.
HIDING = frozenset(
    {
        "/vio.groups.v1.GroupService/GetGroup",
        "/vio.groups.v1.GroupService/UpdateGroup",
        "/vio.groups.v1.GroupService/DeleteGroup",
        "/vio.groups.v1.MemberService/ListMembers",
        "/vio.groups.v1.MemberService/AddMembers",
        "/vio.groups.v1.MemberService/RemoveMember",
        "/vio.groups.v1.MemberService/RemoveMembers",
        "/vio.campaigns.v1.CampaignService/GetCampaign",
        "/vio.campaigns.v1.CampaignService/ListRecipients",
        "/vio.campaigns.v1.CampaignService/PauseCampaign",
        "/vio.campaigns.v1.CampaignService/ResumeCampaign",
        "/vio.campaigns.v1.CampaignService/CancelCampaign",
        "/vio.analytics.v1.AnalyticsService/GetGroupAnalytics",
    }
)
#: These name a thing of the tenant and are refused as absent to administrators of another.
ELSEWHERE_ABSENT = HIDING | frozenset(
    {
        "/vio.groups.v1.ContactService/GetContact",
        "/vio.groups.v1.ContactService/UpdateContact",
        "/vio.groups.v1.ContactService/RecordConsent",
        "/vio.groups.v1.ContactService/RevokeConsent",
        "/vio.groups.v1.MemberService/SetContactGroups",
        "/vio.groups.v1.ImportService/ImportContacts",
        "/vio.groups.v1.ImportService/GetImport",
        "/vio.groups.v1.ImportService/DownloadErrors",
        "/vio.campaigns.v1.CampaignService/PreviewCampaign",
        "/vio.campaigns.v1.CampaignService/LaunchCampaign",
    }
)


class Verdict(Enum):
    """What an answer has to be."""

    LET_IN = "let in"
    FORBIDDEN = "forbidden"
    ABSENT = "absent"


def verdict(method: str, role: Role, visibility: Visibility) -> Verdict:
    """What the tenant's own things answer: the one place where the rows are read."""
    if method not in EVERY:
        return Verdict.FORBIDDEN
    if role is Role.MACHINE:
        return Verdict.LET_IN if method in MACHINES_ONLY else Verdict.FORBIDDEN
    if method in MACHINES_ONLY:
        return Verdict.FORBIDDEN
    if role is Role.OUTSIDER and method in ELSEWHERE_ABSENT:
        return Verdict.ABSENT
    if method in HIDING and role not in SEES[visibility]:
        return Verdict.ABSENT
    return Verdict.LET_IN if _has(role, method) else Verdict.FORBIDDEN


def _has(role: Role, method: str) -> bool:
    if method in SUPER_ADMINS_ONLY:
        return role is Role.SUPER_ADMIN
    return method in STAFF_TOO or role in ADMINS or role is Role.OUTSIDER


#: Which method a route of the gateway stands for. Prefix `/api`.
ROUTES = {
    "GET /groups": "/vio.groups.v1.GroupService/ListGroups",
    "POST /groups": "/vio.groups.v1.GroupService/CreateGroup",
    "GET /groups/{group_id}": "/vio.groups.v1.GroupService/GetGroup",
    "PATCH /groups/{group_id}": "/vio.groups.v1.GroupService/UpdateGroup",
    "DELETE /groups/{group_id}": "/vio.groups.v1.GroupService/DeleteGroup",
    "GET /groups/{group_id}/members": "/vio.groups.v1.MemberService/ListMembers",
    "GET /groups/{group_id}/contacts": "/vio.groups.v1.MemberService/ListMembers",
    "POST /groups/{group_id}/members/add": "/vio.groups.v1.MemberService/AddMembers",
    "POST /groups/{group_id}/members/bulk-add": "/vio.groups.v1.MemberService/AddMembers",
    "POST /groups/{group_id}/members/bulk-remove": "/vio.groups.v1.MemberService/RemoveMembers",
    "DELETE /groups/{group_id}/members/{contact_id}": "/vio.groups.v1.MemberService/RemoveMember",
    "GET /audit": "/vio.groups.v1.AuditService/ListAuditEntries",
    "GET /groups/{group_id}/activity": "/vio.groups.v1.AuditService/ListAuditEntries",
    "GET /contacts": "/vio.groups.v1.ContactService/ListContacts",
    "GET /contacts/by-groups": "/vio.groups.v1.ContactService/ListContacts",
    "GET /contacts/ungrouped": "/vio.groups.v1.ContactService/ListContacts",
    "POST /contacts": "/vio.groups.v1.ContactService/CreateContact",
    "POST /contacts/select": "/vio.groups.v1.SelectionService/CreateSelection",
    "GET /contacts/{contact_id}": "/vio.groups.v1.ContactService/GetContact",
    "PATCH /contacts/{contact_id}": "/vio.groups.v1.ContactService/UpdateContact",
    "PUT /contacts/{contact_id}/groups": "/vio.groups.v1.MemberService/SetContactGroups",
    "POST /contacts/{contact_id}/consents": "/vio.groups.v1.ContactService/RecordConsent",
    "DELETE /contacts/{contact_id}/consents/{consent_id}": (
        "/vio.groups.v1.ContactService/RevokeConsent"
    ),
    "POST /contacts/import": "/vio.groups.v1.ImportService/ImportContacts",
    "GET /imports/{import_id}": "/vio.groups.v1.ImportService/GetImport",
    "GET /imports/{import_id}/errors": "/vio.groups.v1.ImportService/DownloadErrors",
    "GET /me": "/vio.groups.v1.PeopleService/GetMe",
    "GET /people": "/vio.groups.v1.PeopleService/ListPeople",
    "PUT /people/{person_id}": "/vio.groups.v1.PeopleService/UpsertPerson",
    "GET /tenant": "/vio.groups.v1.TenantService/GetTenant",
    "PATCH /tenant": "/vio.groups.v1.TenantService/UpdateTenant",
    "POST /tenants": "/vio.groups.v1.TenantService/CreateTenant",
    "POST /groups/{group_id}/call-all": "/vio.campaigns.v1.CampaignService/LaunchCampaign",
    "POST /groups/{group_id}/call-all/preview": (
        "/vio.campaigns.v1.CampaignService/PreviewCampaign"
    ),
    "POST /campaigns": "/vio.campaigns.v1.CampaignService/LaunchCampaign",
    "POST /campaigns/preview": "/vio.campaigns.v1.CampaignService/PreviewCampaign",
    "GET /campaigns": "/vio.campaigns.v1.CampaignService/ListCampaigns",
    "GET /campaigns/{campaign_id}": "/vio.campaigns.v1.CampaignService/GetCampaign",
    "GET /groups/campaigns/{campaign_id}/status": "/vio.campaigns.v1.CampaignService/GetCampaign",
    "GET /campaigns/{campaign_id}/events": "/vio.campaigns.v1.CampaignService/GetCampaign",
    "GET /campaigns/{campaign_id}/recipients": "/vio.campaigns.v1.CampaignService/ListRecipients",
    "POST /campaigns/{campaign_id}/pause": "/vio.campaigns.v1.CampaignService/PauseCampaign",
    "POST /campaigns/{campaign_id}/resume": "/vio.campaigns.v1.CampaignService/ResumeCampaign",
    "POST /campaigns/{campaign_id}/cancel": "/vio.campaigns.v1.CampaignService/CancelCampaign",
    "GET /suppressions": "/vio.campaigns.v1.SuppressionService/ListSuppressions",
    "POST /suppressions": "/vio.campaigns.v1.SuppressionService/AddSuppression",
    "DELETE /suppressions": "/vio.campaigns.v1.SuppressionService/RemoveSuppression",
    "GET /policy": "/vio.campaigns.v1.PolicyService/GetPolicy",
    "GET /groups/analytics": "/vio.analytics.v1.AnalyticsService/GetGroupsAnalytics",
    "GET /groups/{group_id}/analytics": "/vio.analytics.v1.AnalyticsService/GetGroupAnalytics",
}
#: These hold nothing of a tenant and ask nobody who they are.
OPEN_PAGES = frozenset(
    f"GET {page}" for page in "/healthz /readyz /metrics /openapi.json /docs".split()
)
#: Files of the documentation's page, under this address.
OPEN_FILES = frozenset({"GET /docs/assets"})
#: The provider signs instead of a person.
SIGNED = "POST /webhooks/retell"
