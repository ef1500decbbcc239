"""Applies changes: a batch in one transaction, a tenant that fails again and again set aside."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

import structlog
from prometheus_client import Gauge

from services.chassis import errors, failpoints
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.feed import positions
from services.chassis.feed.changes import Apply, Change
from services.chassis.feed.positions import Moved, Position

PARKED = Gauge("feed_parked_tenants", "Tenants whose changes wait because one fails.", ["source"])
_TRIES = 5
_REVISITED_AT_ONCE = 500

log = structlog.get_logger()


@dataclass(slots=True)
class Applier:
    """Applies one source's changes exactly once, in order within each tenant.

    A change that failed five times parks its tenant: it and everything after it wait
    in a table, in order, and are tried again at every revisit.
    """

    source: str
    db: Database
    apply: Apply
    pause: float = 0.1
    _parked: set[UUID] = field(default_factory=set)
    _failures: Counter[UUID] = field(default_factory=Counter)
    _doing: Change | None = None
    _why: str = ""

    async def load(self) -> None:
        """Reads which tenants were parked before."""
        async with self.db.across_tenants() as tx:
            self._keep(await positions.parked_tenants(tx, self.source))

    async def take(self, batch: Sequence[Change], before: str, after: Position) -> None:
        """Applies the batch and moves the position, together or not at all."""

        async def attempt() -> None:
            async with self._transaction() as tx:
                await positions.move(tx, self.source, before, after)
                parked = await self._runs(tx, batch, self._parked)
                failpoints.hit("feed_applied_before_commit")
            failpoints.hit("feed_applied")
            self._keep(self._parked | parked)

        await self._until_done(attempt)

    async def take_listed(self, batch: Sequence[Change], begun: Iterable[UUID]) -> None:
        """Applies a part of a listing; the tenants that it begins get a fresh start."""

        async def attempt() -> None:
            async with self._transaction() as tx:
                for tenant_id in begun:
                    await positions.unpark(await tx.as_tenant(tenant_id), self.source)
                still = self._parked.difference(begun)
                parked = await self._runs(tx, batch, still)
            self._keep(still | parked)

        await self._until_done(attempt)

    async def revisit(self) -> None:
        """Tries the parked tenants again, from the change that failed."""
        for tenant_id in sorted(self._parked):
            try:
                await self._revisit(tenant_id)
            except Exception as error:
                self._complain(error)

    async def _revisit(self, tenant_id: UUID) -> None:
        async with self._transaction() as tx:
            await positions.lock(tx, self.source)
            ours = await tx.as_tenant(tenant_id)
            waiting = await positions.queue(ours, self.source, tenant_id, _REVISITED_AT_ONCE)
            for each in waiting:
                await self._one(ours, each.change)
            if waiting:
                await positions.unpark(ours, self.source, waiting[-1].number)
        if len(waiting) < _REVISITED_AT_ONCE:
            self._keep(self._parked - {tenant_id})

    async def _runs(self, tx: Transaction, batch: Sequence[Change], parked: set[UUID]) -> set[UUID]:
        """Applies or parks each change; gives the tenants of those that were parked."""
        found: set[UUID] = set()
        for tenant_id, run in groupby(batch, key=lambda change: change.tenant_id):
            ours = await tx.as_tenant(tenant_id)
            for change in run:
                if tenant_id in parked | found or self._failures[change.id] >= _TRIES:
                    await positions.park(ours, self.source, change, self._why)
                    found.add(tenant_id)
                else:
                    await self._one(ours, change)
        return found

    async def _one(self, tx: Transaction, change: Change) -> None:
        self._doing = change
        await self.apply(tx, change)
        self._doing = None

    async def _until_done(self, attempt: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await attempt()
            except (Moved, failpoints.Planted):
                raise
            except Exception as error:
                self._complain(error)
                await asyncio.sleep(self.pause)

    def _complain(self, error: Exception) -> None:
        """Counts a failure against the change that was being applied, unless it will pass."""
        change, self._doing = self._doing, None
        self._why = type(error).__name__
        if change is None or _will_pass(error):
            log.warning("feed_batch_failed", source=self.source, kind=self._why)
            return
        self._failures[change.id] += 1
        log.warning(
            "feed_change_failed",
            source=self.source,
            tenant_id=str(change.tenant_id),
            event_id=str(change.id),
            kind=self._why,
            count=self._failures[change.id],
        )

    def _keep(self, parked: set[UUID]) -> None:
        for tenant_id in parked - self._parked:
            log.error("feed_tenant_parked", source=self.source, tenant_id=str(tenant_id))
        self._parked = parked
        PARKED.labels(self.source).set(len(parked))

    def _transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self.db.transaction(Caller.service(None, self.source))


def _will_pass(error: Exception) -> bool:
    """Whether the fault lies with the database's state of the moment, not with the change."""
    if isinstance(error, errors.Unavailable):
        return True
    return isinstance(error, errors.Conflict) and error.reason == "BUSY"
