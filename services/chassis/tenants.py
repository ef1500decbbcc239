"""The tenants that a context knows: each has a table of their ids."""

from uuid import UUID

from sqlalchemy import text

from services.chassis import db
from services.chassis.db import Transaction

_EVERYONE = db.compiled(text("select tenant_id from tenants order by tenant_id"))


async def everyone(tx: Transaction) -> list[UUID]:
    """The ids of all tenants; the table has no tenant of its own."""
    return await tx.fetch_values(_EVERYONE)
