"""Adds the services around groups to a server."""

import grpc

from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.groups.rpc.audit_service import AuditService
from services.groups.rpc.group_service import GroupService
from services.groups.rpc.member_service import MemberService
from services.groups.rpc.selection_service import SelectionService
from vio.groups.v1.audit_service_pb2 import DESCRIPTOR as AUDIT
from vio.groups.v1.audit_service_pb2_grpc import add_AuditServiceServicer_to_server
from vio.groups.v1.group_service_pb2 import DESCRIPTOR as GROUPS
from vio.groups.v1.group_service_pb2_grpc import add_GroupServiceServicer_to_server
from vio.groups.v1.member_service_pb2 import DESCRIPTOR as MEMBERS
from vio.groups.v1.member_service_pb2_grpc import add_MemberServiceServicer_to_server
from vio.groups.v1.selection_service_pb2 import DESCRIPTOR as SELECTIONS
from vio.groups.v1.selection_service_pb2_grpc import add_SelectionServiceServicer_to_server


def register(server: grpc.aio.Server, db: Database, tokens: PageTokens) -> list[str]:
    """Gives the full names of the services added."""
    add_GroupServiceServicer_to_server(GroupService(db, tokens), server)
    add_MemberServiceServicer_to_server(MemberService(db, tokens), server)
    add_AuditServiceServicer_to_server(AuditService(db, tokens), server)
    add_SelectionServiceServicer_to_server(SelectionService(db), server)
    files = (GROUPS, MEMBERS, AUDIT, SELECTIONS)
    return [each.full_name for file in files for each in file.services_by_name.values()]
