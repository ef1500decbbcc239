"""Groups, their members, and what was done to them."""

from gateway.route import Route
from vio.groups.v1 import audit_service_pb2 as audit
from vio.groups.v1 import group_pb2 as group
from vio.groups.v1 import group_service_pb2 as groups
from vio.groups.v1 import member_service_pb2 as members

_DONE = {"success": True}
_ADD = (
    lambda stubs: stubs.members.AddMembers,
    members.AddMembersRequest,
    members.AddMembersResponse,
)
_LIST = (
    lambda stubs: stubs.members.ListMembers,
    members.ListMembersRequest,
    members.ListMembersResponse,
)

ROUTES = (
    Route(
        "GET",
        "/groups",
        lambda stubs: stubs.groups.ListGroups,
        groups.ListGroupsRequest,
        groups.ListGroupsResponse,
    ),
    Route(
        "POST",
        "/groups",
        lambda stubs: stubs.groups.CreateGroup,
        groups.CreateGroupRequest,
        group.Group,
        status=201,
    ),
    Route(
        "GET",
        "/groups/{group_id}",
        lambda stubs: stubs.groups.GetGroup,
        groups.GetGroupRequest,
        group.Group,
    ),
    Route(
        "PATCH",
        "/groups/{group_id}",
        lambda stubs: stubs.groups.UpdateGroup,
        groups.UpdateGroupRequest,
        group.Group,
    ),
    Route(
        "DELETE",
        "/groups/{group_id}",
        lambda stubs: stubs.groups.DeleteGroup,
        groups.DeleteGroupRequest,
        groups.DeleteGroupResponse,
        constants=_DONE,
    ),
    Route("GET", "/groups/{group_id}/members", *_LIST),
    Route("GET", "/groups/{group_id}/contacts", *_LIST),
    Route(
        "POST",
        "/groups/{group_id}/members/add",
        *_ADD,
        bare="contact_ids",
        constants=_DONE,
    ),
    Route("POST", "/groups/{group_id}/members/bulk-add", *_ADD, constants=_DONE),
    Route(
        "POST",
        "/groups/{group_id}/members/bulk-remove",
        lambda stubs: stubs.members.RemoveMembers,
        members.RemoveMembersRequest,
        members.RemoveMembersResponse,
        constants=_DONE,
    ),
    Route(
        "DELETE",
        "/groups/{group_id}/members/{contact_id}",
        lambda stubs: stubs.members.RemoveMember,
        members.RemoveMemberRequest,
        members.RemoveMemberResponse,
        constants=_DONE,
    ),
    Route(
        "GET",
        "/audit",
        lambda stubs: stubs.audit.ListAuditEntries,
        audit.ListAuditEntriesRequest,
        audit.ListAuditEntriesResponse,
    ),
    Route(
        "GET",
        "/groups/{group_id}/activity",
        lambda stubs: stubs.audit.ListAuditEntries,
        audit.ListAuditEntriesRequest,
        audit.ListAuditEntriesResponse,
    ),
)
