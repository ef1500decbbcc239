"""The tenants that a context knows: each has a table of their ids."""

from uuid import UUID

from sqlalchemy import text

from services.chassis import db
from services.chassis.db import Transaction

FIRST = UUID(int=0)
AT_ONCE = 100
_SOME = db.compiled(
    text("select tenant_id from tenants where tenant_id > :after order by tenant_id limit :size")
)
_EVERYONE = db.compiled(text("select tenant_id from tenants order by tenant_id"))


async def everyone(tx: Transaction) -> list[UUID]:
    """The ids of all tenants; the table has no tenant of its own."""
    return await tx.fetch_values(_EVERYONE)


async def some(tx: Transaction, after: UUID) -> list[UUID]:
    """The ids of the next hundred tenants, from `FIRST` on; none at the end."""
    return await tx.fetch_values(_SOME, after=after, size=AT_ONCE)
