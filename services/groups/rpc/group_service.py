"""Serves groups."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis import texts, wire
from services.chassis.db import Database
from services.chassis.ids import to_uuid
from services.chassis.pages import PageTokens
from services.groups.domain import errors, groups, listing, members
from services.groups.domain.listing import GroupSort
from services.groups.domain.visibility import Visibility
from services.groups.rpc import convert
from services.groups.usecases import group_list
from services.groups.usecases import groups as usecases
from services.groups.usecases.group_list import GroupPage, ListGroups
from services.groups.usecases.groups import CreateGroup, DeleteGroup, UpdateGroup
from vio.groups.v1 import group_pb2
from vio.groups.v1 import group_service_pb2 as pb
from vio.groups.v1.group_service_pb2_grpc import GroupServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


class GroupService(GroupServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database, tokens: PageTokens) -> None:
        self._db = db
        self._tokens = tokens

    async def CreateGroup(
        self, message: pb.CreateGroupRequest, context: Context
    ) -> group_pb2.Group:
        caller = callers.current.get()
        request = wire.request("CreateGroup", message)
        group = await usecases.create_group(self._db, caller, request, _creation(message))
        return convert.group(group, caller)

    async def GetGroup(self, message: pb.GetGroupRequest, context: Context) -> group_pb2.Group:
        caller = callers.current.get()
        group_id = to_uuid(message.group_id, "group_id")
        return convert.group(await usecases.get_group(self._db, caller, group_id), caller)

    async def ListGroups(
        self, message: pb.ListGroupsRequest, context: Context
    ) -> pb.ListGroupsResponse:
        caller = callers.current.get()
        page = await group_list.list_groups(
            self._db, caller, self._tokens, _listing(message), wire.paging(message)
        )
        return pb.ListGroupsResponse(
            groups=[convert.group(each, caller) for each in page.groups],
            pagination=pb.GroupPagination(
                total_groups=page.pagination.total, **convert.place(page.pagination)
            ),
            stats=_stats(page),
        )

    async def UpdateGroup(
        self, message: pb.UpdateGroupRequest, context: Context
    ) -> group_pb2.Group:
        caller = callers.current.get()
        order = UpdateGroup(to_uuid(message.group_id, "group_id"), _values(message), message.etag)
        request = wire.request("UpdateGroup", message)
        return convert.group(await usecases.update_group(self._db, caller, request, order), caller)

    async def DeleteGroup(
        self, message: pb.DeleteGroupRequest, context: Context
    ) -> pb.DeleteGroupResponse:
        order = DeleteGroup(
            to_uuid(message.group_id, "group_id"),
            message.confirm_name,
            message.etag,
            texts.reason(message.reason),
        )
        request = wire.request("DeleteGroup", message)
        deleted = await usecases.delete_group(self._db, callers.current.get(), request, order)
        return pb.DeleteGroupResponse(
            group_id=str(deleted.group_id),
            memberships_removed=deleted.memberships_removed,
            undo_until=wire.from_moment(deleted.undo_until),
            message=groups.deleted_message(deleted.name, deleted.memberships_removed),
            operation_id=str(deleted.operation_id),
        )


def _creation(message: pb.CreateGroupRequest) -> CreateGroup:
    asked = wire.to_uuids(message.initial_contact_ids, "initial_contact_ids")
    people = wire.to_uuids(message.permitted_users, "permitted_users")
    return CreateGroup(
        groups.fields(
            name=message.name,
            description=message.description,
            color=message.color if message.HasField("color") else None,
            icon=message.icon,
            visibility=_visibility(message.visibility) or Visibility.ALL_STAFF,
            permitted_users=frozenset(people),
        ),
        members.distinct(asked, "initial_contact_ids"),
    )


def _listing(message: pb.ListGroupsRequest) -> ListGroups:
    wanted = listing.group_filter(
        message.search,
        message.color,
        _visibility(message.visibility),
        include_archived=message.include_archived,
    )
    sort_by = message.sort_by
    if sort_by == pb.GROUP_SORT_CREATION_DATE:
        sort_by = pb.GROUP_SORT_CREATED_AT
    sort = wire.to_word(pb.GroupSort, sort_by, GroupSort, "sort_by")
    return ListGroups(wanted, sort or GroupSort.NAME, convert.is_descending(message.sort_direction))


def _values(message: pb.UpdateGroupRequest) -> dict[str, Any]:
    """The new value of every field that the mask names."""
    given: dict[str, Any] = {
        "name": message.name,
        "description": message.description,
        "color": message.color,
        "icon": message.icon,
        "visibility": _visibility(message.visibility) or Visibility.ALL_STAFF,
        "permitted_users": wire.to_uuids(message.permitted_users, "permitted_users"),
        "archived": message.archived,
    }
    for name in message.update_mask.paths:
        if name not in given:
            raise errors.field_unknown(name, given)
    return {name: given[name] for name in message.update_mask.paths}


def _visibility(number: int) -> Visibility | None:
    return wire.to_word(group_pb2.Visibility, number, Visibility, "visibility")


def _stats(page: GroupPage) -> pb.GroupStats:
    stats = page.stats
    most = stats.most_active_id and pb.MostActiveGroup(
        id=str(stats.most_active_id),
        name=stats.most_active_name or "",
        changes=stats.most_active_changes,
    )
    return pb.GroupStats(
        total_groups=stats.total_groups,
        total_grouped_contacts=stats.total_grouped_contacts,
        ungrouped_contacts=stats.ungrouped_contacts,
        most_active_group=most or None,
    )
