"""Contacts for tests, written straight into the store."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, insert, literal, select

from services.chassis import texts
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.groups.domain import searching
from services.groups.store import tables


@dataclass(frozen=True)
class Contacts:
    """Makes contacts of one tenant."""

    db: Database
    caller: Caller

    async def make(self, *names: str, **fields: Any) -> list[UUID]:
        """One contact per name; the fields are the same for all."""
        return [await self.one(name, **fields) for name in names]

    async def many(self, count: int) -> list[UUID]:
        """Contacts with plain names, in their order."""
        return await self.make(*(f"Person {number:04}" for number in range(count)))

    async def one(self, name: str, **fields: Any) -> UUID:
        contact_id = new_id()
        phone = fields.pop("phone", "+12125550100")
        parts = (name, phone and searching.digits(phone), fields.get("email"))
        values = {
            "id": contact_id,
            "name": name,
            "sort_key": texts.sort_key(name),
            "phone": phone,
            "appointment_status": "unknown",
            "search_text": searching.text(*parts, fields.get("appointment_type")),
            **fields,
        }
        async with self.db.transaction(self.caller) as tx:
            await tx.execute(insert(tables.contacts).values(**values))
        return contact_id

    async def bulk(self, count: int) -> list[UUID]:
        """Very many contacts, in one statement."""
        made = func.generate_series(0, count - 1).column_valued("n")
        name = func.concat("Bulk ", func.lpad(cast(made, Text), 5, "0"))
        columns = ["id", "name", "sort_key", "appointment_status", "search_text"]
        plain = func.lower(name)
        rows = select(
            func.gen_random_uuid(), name, plain, literal("unknown"), func.concat(" ", plain)
        )
        table = tables.contacts
        statement = insert(table).from_select(columns, rows).returning(table.c.id)
        async with self.db.transaction(self.caller) as tx:
            return await tx.fetch_values(statement)
