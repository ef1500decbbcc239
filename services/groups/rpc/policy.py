"""One row for every RPC of the groups context: what it does, to what, and for whom."""

from services.chassis.policy import Policy, Row

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
    f"{_SELECTIONS}/CreateSelection": Row("view", "selection"),
    f"{_AUDIT}/ListAuditEntries": Row("audit", "audit entry"),
}

POLICY: Policy = {**GROUPS}
