"""How requests arrive at the groups context."""

import grpc

from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.groups.rpc import contact_services, group_services


def register(server: grpc.aio.Server, db: Database, tokens: PageTokens) -> list[str]:
    """Adds every servicer and gives the full names of their services."""
    return [
        *group_services.register(server, db, tokens),
        *contact_services.register(server, db, tokens),
    ]
