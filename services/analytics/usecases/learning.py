"""Applies what the other contexts announce, so that every sum stays exact."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from services.analytics.domain.facts import Fact, Gathered
from services.analytics.store import facts as store
from services.analytics.store import rollups
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction

_AT_ONCE = 2000


async def learn(tx: Transaction, facts: Sequence[Fact]) -> None:
    """Keeps a tenant's facts and brings the sums up to date, in the caller's transaction.

    Facts may come in any order between their sources and more than once.
    """
    await store.lock(tx)
    gathered = Gathered.of(facts)
    concerned = await _concerned(tx, gathered)
    for part in _parts(concerned):
        await rollups.take_out(tx, part)
    await store.keep(tx, gathered)
    for part in _parts(concerned):
        await rollups.add(tx, part)


async def forget_everything(db: Database) -> None:
    """Empties the read models of all tenants and the positions, as the schema's owner."""
    async with db.transaction(Caller.service(None, "analytics")) as tx:
        await store.forget_everything(tx)


async def _concerned(tx: Transaction, gathered: Gathered) -> Sequence[UUID]:
    """Whose contributions may change: everybody's, once the days begin at another hour."""
    concerned = set(gathered.concerned())
    if gathered.calls:
        concerned.update(await store.called_before(tx, list(gathered.calls)))
    if gathered.profile and gathered.profile.timezone != await store.zone(tx):
        concerned.update(await store.everyone(tx))
    return sorted(concerned)


def _parts(concerned: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for first in range(0, len(concerned), _AT_ONCE):
        yield concerned[first : first + _AT_ONCE]
