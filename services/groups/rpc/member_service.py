"""Serves the members of groups."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis import texts, wire
from services.chassis.db import Database
from services.chassis.ids import to_uuid
from services.chassis.pages import PageTokens
from services.groups.domain import members
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.members import MemberSort
from services.groups.rpc import convert
from services.groups.usecases import contact_groups, member_list
from services.groups.usecases import members as usecases
from services.groups.usecases.contact_groups import SetGroups
from services.groups.usecases.member_list import ListMembers, MemberPage
from services.groups.usecases.members import Change, Removal
from services.groups.usecases.targets import Target
from vio.groups.v1 import group_pb2, page_pb2
from vio.groups.v1 import member_service_pb2 as pb
from vio.groups.v1.member_service_pb2_grpc import MemberServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


class MemberService(MemberServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database, tokens: PageTokens) -> None:
        self._db = db
        self._tokens = tokens

    async def ListMembers(
        self, message: pb.ListMembersRequest, context: Context
    ) -> pb.ListMembersResponse:
        order = _listing(message)
        page = await member_list.list_members(
            self._db, callers.current.get(), self._tokens, order, wire.paging(message)
        )
        return pb.ListMembersResponse(
            group_info=_info(page),
            members=map(convert.member, page.members),
            pagination=pb.MemberPagination(
                total_members=page.pagination.total,
                total_is_capped=page.pagination.total_is_capped,
                **convert.place(page.pagination),
            ),
            filters_applied=_applied(order, page.sentence),
        )

    async def AddMembers(
        self, message: pb.AddMembersRequest, context: Context
    ) -> pb.AddMembersResponse:
        order = _change(message, skip_rejected=message.skip_rejected)
        request = wire.request("AddMembers", message)
        added = await usecases.add_members(self._db, callers.current.get(), request, order)
        return pb.AddMembersResponse(
            group_id=str(added.group_id),
            group_name=added.group_name,
            contacts_added=added.changed,
            already_in_group=added.already,
            new_member_count=added.new_member_count,
            rejected=map(convert.rejected, added.rejected),
            message=members.added_message(added.changed, added.group_name),
            operation_id=convert.optional_id(added.operation_id),
            undo_until=wire.from_moment(added.undo_until),
        )

    async def RemoveMember(
        self, message: pb.RemoveMemberRequest, context: Context
    ) -> pb.RemoveMemberResponse:
        order = Removal(
            to_uuid(message.group_id, "group_id"),
            to_uuid(message.contact_id, "contact_id"),
            texts.reason(message.reason),
        )
        request = wire.request("RemoveMember", message)
        removed = await usecases.remove_member(self._db, callers.current.get(), request, order)
        return pb.RemoveMemberResponse(
            contact_id=str(removed.contact_id),
            contact_name=removed.contact_name,
            group_id=str(removed.group_id),
            new_member_count=removed.new_member_count,
            message=members.REMOVED_MESSAGE,
            operation_id=str(removed.operation_id),
            undo_until=wire.from_moment(removed.undo_until),
        )

    async def RemoveMembers(
        self, message: pb.RemoveMembersRequest, context: Context
    ) -> pb.RemoveMembersResponse:
        order = _change(message)
        request = wire.request("RemoveMembers", message)
        removed = await usecases.remove_members(self._db, callers.current.get(), request, order)
        return pb.RemoveMembersResponse(
            group_id=str(removed.group_id),
            group_name=removed.group_name,
            contacts_removed=removed.changed,
            new_member_count=removed.new_member_count,
            rejected=map(convert.rejected, removed.rejected),
            message=members.removed_message(removed.changed, removed.group_name),
            operation_id=convert.optional_id(removed.operation_id),
            undo_until=wire.from_moment(removed.undo_until),
        )

    async def SetContactGroups(
        self, message: pb.SetContactGroupsRequest, context: Context
    ) -> pb.SetContactGroupsResponse:
        order = SetGroups(
            to_uuid(message.contact_id, "contact_id"),
            wire.to_uuids(message.group_ids, "group_ids"),
            texts.reason(message.reason),
        )
        request = wire.request("SetContactGroups", message)
        done = await contact_groups.set_groups(self._db, callers.current.get(), request, order)
        return pb.SetContactGroupsResponse(
            contact_id=str(done.contact_id),
            groups=map(convert.ref, done.groups),
            group_count=len(done.groups),
            groups_added=done.added,
            groups_removed=done.removed,
            message=members.set_message(done.added, done.removed),
            operation_id=convert.optional_id(done.operation_id),
            undo_until=wire.from_moment(done.undo_until),
        )


def _change(message: Any, *, skip_rejected: bool = False) -> Change:
    selected = message.HasField("selection")
    target = Target(
        wire.to_uuids(message.contact_ids, "contact_ids"),
        message.selection_token,
        convert.to_selection(message.selection) if selected else None,
        message.expected_count if message.HasField("expected_count") else None,
    )
    return Change(
        to_uuid(message.group_id, "group_id"),
        target,
        texts.reason(message.reason),
        skip_rejected=skip_rejected,
        validate_only=message.validate_only,
    )


def _listing(message: pb.ListMembersRequest) -> ListMembers:
    status = wire.to_word(
        group_pb2.AppointmentStatus, message.status_filter, AppointmentStatus, "status_filter"
    )
    selection = convert.to_filters(
        message,
        any=wire.to_uuids(message.any, "any"),
        all=wire.to_uuids(message.all, "all"),
        none=wire.to_uuids(message.none, "none"),
        status=(status,) if status else (),
    )
    sort = wire.to_word(pb.MemberSort, message.sort_by, MemberSort, "sort_by")
    return ListMembers(
        to_uuid(message.group_id, "group_id"),
        selection,
        sort or MemberSort.NAME,
        convert.is_descending(message.sort_direction),
    )


def _info(page: MemberPage) -> pb.GroupInfo:
    group = page.group
    return pb.GroupInfo(
        id=str(group.id),
        name=group.name,
        description=group.fields.description,
        color=group.fields.color,
        total_members=group.contact_count,
        last_updated=wire.from_moment(group.updated_at),
    )


def _applied(order: ListMembers, sentence: str) -> pb.MemberFilters:
    status = next(iter(order.selection.status), None)
    direction = page_pb2.SORT_DIRECTION_DESC if order.descending else page_pb2.SORT_DIRECTION_ASC
    return pb.MemberFilters(
        status_filter=wire.from_word(group_pb2.AppointmentStatus, status) if status else None,
        search_term=order.selection.search or None,
        sort_by=wire.from_word(pb.MemberSort, order.sort),
        sort_direction=direction,
        sentence=sentence,
    )
