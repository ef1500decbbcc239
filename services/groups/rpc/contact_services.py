"""Adds the services around contacts to a server."""

import grpc

from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.groups.rpc.audience_service import AudienceService
from services.groups.rpc.contact_service import ContactService
from services.groups.rpc.import_service import ImportService
from services.groups.rpc.people_service import PeopleService
from services.groups.rpc.tenant_service import TenantService
from vio.groups.v1.audience_service_pb2 import DESCRIPTOR as AUDIENCE
from vio.groups.v1.audience_service_pb2_grpc import add_AudienceServiceServicer_to_server
from vio.groups.v1.contact_service_pb2 import DESCRIPTOR as CONTACTS
from vio.groups.v1.contact_service_pb2_grpc import add_ContactServiceServicer_to_server
from vio.groups.v1.import_service_pb2 import DESCRIPTOR as IMPORTS
from vio.groups.v1.import_service_pb2_grpc import add_ImportServiceServicer_to_server
from vio.groups.v1.people_service_pb2 import DESCRIPTOR as PEOPLE
from vio.groups.v1.people_service_pb2_grpc import add_PeopleServiceServicer_to_server
from vio.groups.v1.tenant_service_pb2 import DESCRIPTOR as TENANTS
from vio.groups.v1.tenant_service_pb2_grpc import add_TenantServiceServicer_to_server


def register(server: grpc.aio.Server, db: Database, tokens: PageTokens) -> list[str]:
    """Gives the full names of the services added."""
    add_ContactServiceServicer_to_server(ContactService(db, tokens), server)
    add_TenantServiceServicer_to_server(TenantService(db), server)
    add_PeopleServiceServicer_to_server(PeopleService(db), server)
    add_AudienceServiceServicer_to_server(AudienceService(db), server)
    add_ImportServiceServicer_to_server(ImportService(db), server)
    files = (CONTACTS, TENANTS, PEOPLE, AUDIENCE, IMPORTS)
    return [each.full_name for file in files for each in file.services_by_name.values()]
