"""People who may be called, written straight into the groups context's store."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.groups.store import tables
from tests.service.groups.contacts import Contacts


@dataclass
class Audience:
    """Makes contacts of one tenant, each with a number of their own and consent."""

    db: Database
    caller: Caller
    numbers: Any = field(default_factory=lambda: count(100))

    async def make(self, people: int, **fields: Any) -> list[UUID]:
        """So many people who may be called, in calling order."""
        return [await self.one(f"Planted {number:04}", **fields) for number in range(people)]

    async def one(self, name: str, *, consent: bool = True, **fields: Any) -> UUID:
        number = next(self.numbers)
        usual = {"phone": f"+1212555{number:04}", "timezone": "America/New_York"}
        contacts = Contacts(self.db, self.caller)
        contact_id = await contacts.one(name, **(usual | fields))
        if consent:
            await self._consent(contact_id)
        return contact_id

    async def many(self, people: int) -> list[UUID]:
        """Very many contacts, without numbers."""
        return await Contacts(self.db, self.caller).bulk(people)

    async def _consent(self, contact_id: UUID) -> None:
        table = tables.contacts.c
        async with self.db.transaction(self.caller) as tx:
            number = await tx.fetch_value(
                select(table.contact_no).where(table.id == contact_id),
            )
            await tx.execute(
                insert(tables.consents).values(
                    id=new_id(),
                    contact_no=number,
                    channel="voice",
                    purpose="appointments",
                    basis="existing_customer",
                    source="test",
                    recorded_by=self.caller.person_id,
                    captured_at=tx.now,
                )
            )
