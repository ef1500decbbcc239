"""One row for every RPC of the groups context: what it does, to what, and for whom."""

from services.chassis.policy import FEED, MACHINES, Policy, Row

_GROUPS = "/vio.groups.v1.GroupService"
_MEMBERS = "/vio.groups.v1.MemberService"
_SELECTIONS = "/vio.groups.v1.SelectionService"
_AUDIT = "/vio.groups.v1.AuditService"

GROUPS: Policy = {
    f"{_GROUPS}/CreateGroup": Row("create", "group"),
    f"{_GROUPS}/GetGroup": Row("view", "group"),
    f"{_GROUPS}/ListGroups": Row("view", "group"),
    f"{_GROUPS}/UpdateGroup": Row("edit", "group"),
    f"{_GROUPS}/DeleteGroup": Row("delete", "group"),
    f"{_MEMBERS}/ListMembers": Row("view", "member"),
    f"{_MEMBERS}/AddMembers": Row("manage_members", "member"),
    f"{_MEMBERS}/RemoveMember": Row("manage_members", "member"),
    f"{_MEMBERS}/RemoveMembers": Row("manage_members", "member"),
    f"{_MEMBERS}/SetContactGroups": Row("manage_members", "member"),
    f"{_SELECTIONS}/CreateSelection": Row("view", "selection"),
    f"{_AUDIT}/ListAuditEntries": Row("audit", "audit entry"),
}

_CONTACTS = "/vio.groups.v1.ContactService"
_TENANTS = "/vio.groups.v1.TenantService"
_PEOPLE = "/vio.groups.v1.PeopleService"
_IMPORTS = "/vio.groups.v1.ImportService"
_AUDIENCE = "/vio.groups.v1.AudienceService"

CONTACTS: Policy = {
    f"{_CONTACTS}/CreateContact": Row("create", "contact"),
    f"{_CONTACTS}/GetContact": Row("view", "contact"),
    f"{_CONTACTS}/UpdateContact": Row("edit", "contact"),
    f"{_CONTACTS}/ListContacts": Row("view", "contact"),
    f"{_CONTACTS}/RecordConsent": Row("edit", "consent"),
    f"{_CONTACTS}/RevokeConsent": Row("edit", "consent"),
    f"{_TENANTS}/CreateTenant": Row("create", "tenant"),
    f"{_TENANTS}/GetTenant": Row("view", "tenant"),
    f"{_TENANTS}/UpdateTenant": Row("edit", "tenant"),
    f"{_PEOPLE}/GetMe": Row("view", "person"),
    f"{_PEOPLE}/ListPeople": Row("edit", "person"),
    f"{_PEOPLE}/UpsertPerson": Row("edit", "person"),
    f"{_IMPORTS}/ImportContacts": Row("create", "import"),
    f"{_IMPORTS}/GetImport": Row("create", "import"),
    f"{_IMPORTS}/DownloadErrors": Row("export", "import"),
}

AUDIENCE: Policy = {
    f"{_AUDIENCE}/FreezeAudience": Row("call", "audience", MACHINES),
    f"{_AUDIENCE}/GetDialFacts": Row("call", "audience", MACHINES),
    f"{_AUDIENCE}/GetContactNames": Row("view", "contact", MACHINES),
}

POLICY: Policy = {**GROUPS, **CONTACTS, **AUDIENCE, **FEED}
