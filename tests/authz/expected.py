"""Who may do what, written down apart from the product's own tables.

Read from requirements S-02 to S-06 and C-26: everything is for administrators;
staff may read what is visible to them; machines have methods of their own.
"""

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
        "/vio.groups.v1.TenantService/CreateTenant",
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
PEOPLE = STAFF_TOO | ADMINS_ONLY
EVERY = PEOPLE | MACHINES_ONLY
