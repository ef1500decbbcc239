"""The people of a tenant."""

from dataclasses import dataclass, field

from services.chassis.caller import Caller
from services.chassis.db import Database
from services.groups.domain import permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry
from services.groups.domain.people import Person
from services.groups.domain.permissions import Action
from services.groups.store import audit, tenants
from services.groups.store import people as store

_REMEMBERED = 10_000


@dataclass(slots=True)
class Acquaintance:
    """Enters people when they are first seen, or seen with another name or role."""

    db: Database
    met: set[Caller] = field(default_factory=set)

    async def meet(self, caller: Caller) -> None:
        """Costs a transaction for somebody new, and nothing for everybody else."""
        if caller in self.met or caller.machine or caller.tenant_id is None:
            return
        async with self.db.transaction(caller) as tx:
            await tenants.meet(tx)
            await store.upsert(tx, Person(caller.person_id, caller.name, caller.role.value))
        if len(self.met) >= _REMEMBERED:
            self.met.clear()
        self.met.add(caller)


async def list_people(db: Database, caller: Caller) -> list[Person]:
    permissions.allow(caller, Action.EDIT)
    async with db.transaction(caller) as tx:
        return await store.everyone(tx)


async def upsert_person(db: Database, caller: Caller, person: Person) -> Person:
    """Enters somebody before the first sign-in."""
    permissions.allow(caller, Action.EDIT)
    async with db.transaction(caller) as tx:
        await store.upsert(tx, person)
        entered: dict[str, str] = {"person": str(person.id), "role": person.role}
        await audit.append(tx, Entry(Audited.PERSON_ENTERED, after=entered), tx.now)
        return person
