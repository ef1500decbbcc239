"""What tests of launches share."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.campaigns.store import tables
from services.chassis import tables as chassis
from services.chassis.db import Database
from tests.service.campaigns.desk import Desk
from tests.service.groups.desk import Desk as GroupsDesk


async def a_group(groups: GroupsDesk, people: list[UUID], **fields: Any) -> str:
    ids = [str(each) for each in people]
    return (await groups.create_group("VIP", initial_contact_ids=ids, **fields)).id


async def rows(db: Database, desk: Desk) -> dict[str, int]:
    """How many rows of the tenant a launch has left behind."""
    found = {}
    named = (tables.campaigns, tables.recipients, tables.audit, chassis.outbox)
    async with db.transaction(desk.person.caller) as tx:
        for table in named:
            found[table.name] = int(await tx.fetch_value(select(func.count()).select_from(table)))
    return found


NOTHING = {"campaigns": 0, "recipients": 0, "audit": 0, "outbox": 0}
