"""The people of a tenant: seen in a token, or entered by an administrator."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.people import Person
from services.groups.store.arrays import among
from services.groups.store.tables import people

_LIMIT = 1000
_ROW = insert(people).values(
    id=bindparam("person_id"), name=bindparam("called"), role=bindparam("acts_as")
)
_UPSERT = db.compiled(
    _ROW.on_conflict_do_update(
        index_elements=["tenant_id", "id"],
        set_={"name": _ROW.excluded.name, "role": _ROW.excluded.role},
        where=(people.c.name != _ROW.excluded.name) | (people.c.role != _ROW.excluded.role),
    )
)
_EVERYONE = db.compiled(
    select(people.c.id, people.c.name, people.c.role)
    .order_by(people.c.name, people.c.id)
    .limit(_LIMIT)
)


async def known(tx: Transaction, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the people who are the tenant's."""
    statement = select(people.c.id).where(among(people.c.id, list(ids)))
    return frozenset(await tx.fetch_values(statement))


async def upsert(tx: Transaction, person: Person) -> None:
    """Enters the person, or changes the entry where it differs."""
    await tx.execute(_UPSERT, person_id=person.id, called=person.name, acts_as=person.role)


async def everyone(tx: Transaction) -> list[Person]:
    """By name, at most 1,000."""
    return await tx.fetch_all(Person, _EVERYONE)
