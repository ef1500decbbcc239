"""Somebody at the groups context's server: their calls, and what they are refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc
import pytest

from services.chassis import status
from services.chassis.status import Failure
from tests.support.issuer import Person
from vio.groups.v1 import group_pb2
from vio.groups.v1 import group_service_pb2 as groups_pb
from vio.groups.v1 import member_service_pb2 as members_pb
from vio.groups.v1.audit_service_pb2_grpc import AuditServiceStub
from vio.groups.v1.contact_service_pb2_grpc import ContactServiceStub
from vio.groups.v1.group_service_pb2_grpc import GroupServiceStub
from vio.groups.v1.member_service_pb2_grpc import MemberServiceStub
from vio.groups.v1.people_service_pb2_grpc import PeopleServiceStub
from vio.groups.v1.selection_service_pb2_grpc import SelectionServiceStub
from vio.groups.v1.tenant_service_pb2_grpc import TenantServiceStub

_STUBS: tuple[Callable[[Any], Any], ...] = (
    GroupServiceStub,
    MemberServiceStub,
    AuditServiceStub,
    SelectionServiceStub,
    ContactServiceStub,
    TenantServiceStub,
    PeopleServiceStub,
)


@dataclass(frozen=True)
class Desk:
    """Calls every method by its name, as one person."""

    channel: grpc.aio.Channel
    person: Person

    async def call(self, method: str, message: Any) -> Any:
        for stub in _STUBS:
            if found := getattr(stub(self.channel), method, None):
                return await found(message, metadata=self.person.metadata, timeout=30)
        raise AttributeError(method)

    async def create_group(self, name: str = "VIP", **fields: Any) -> group_pb2.Group:
        message = groups_pb.CreateGroupRequest(name=name, **fields)
        answer: group_pb2.Group = await self.call("CreateGroup", message)
        return answer

    async def get_group(self, group_id: str) -> group_pb2.Group:
        answer: group_pb2.Group = await self.call(
            "GetGroup", groups_pb.GetGroupRequest(group_id=group_id)
        )
        return answer

    async def add(self, group_id: str, *ids: Any, **fields: Any) -> members_pb.AddMembersResponse:
        message = members_pb.AddMembersRequest(
            group_id=group_id, contact_ids=map(str, ids), **fields
        )
        answer: members_pb.AddMembersResponse = await self.call("AddMembers", message)
        return answer

    async def remove(
        self, group_id: str, *ids: Any, **fields: Any
    ) -> members_pb.RemoveMembersResponse:
        message = members_pb.RemoveMembersRequest(
            group_id=group_id, contact_ids=map(str, ids), **fields
        )
        answer: members_pb.RemoveMembersResponse = await self.call("RemoveMembers", message)
        return answer

    async def members(self, group_id: str, **fields: Any) -> members_pb.ListMembersResponse:
        message = members_pb.ListMembersRequest(group_id=group_id, **fields)
        answer: members_pb.ListMembersResponse = await self.call("ListMembers", message)
        return answer

    async def groups(self, **fields: Any) -> groups_pb.ListGroupsResponse:
        answer: groups_pb.ListGroupsResponse = await self.call(
            "ListGroups", groups_pb.ListGroupsRequest(**fields)
        )
        return answer

    async def everyone(self, group_id: str, **fields: Any) -> list[Any]:
        """All members, page after page."""
        page = await self.members(group_id, **fields)
        found = list(page.members)
        while token := page.pagination.next_page_token:
            page = await self.members(group_id, page_token=token, **fields)
            found += page.members
        return found


async def refused(call: Awaitable[Any]) -> Failure:
    """What the refusal of a call says."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return status.of_error(error.value)


def ids(rows: Any) -> list[UUID]:
    """The ids of listed things, in their order."""
    return [UUID(row.id) for row in rows]
