"""Applies changes: a batch in one transaction, a tenant that fails again and again set aside."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from uuid import UUID

import structlog
from prometheus_client import Gauge

from services.chassis import errors, failpoints
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.feed import positions
from services.chassis.feed.changes import Apply, ApplyRun, Change
from services.chassis.feed.positions import Moved, Position

PARKED = Gauge("feed_parked_tenants", "Tenants whose changes wait because one fails.", ["source"])
_TRIES = 5
_REVISITED_AT_ONCE = 500

log = structlog.get_logger()


@dataclass(slots=True)
class Applier:
    """Applies one source's changes exactly once, in order within each tenant.

    Where `apply_run` is given, it takes all of a tenant's changes in a batch at once, and
    only a run that failed is repeated change by change. A change that failed five times
    parks its tenant: it and everything after it wait in a table, in order, and are tried
    again at every revisit.
    """

    source: str
    db: Database
    apply: Apply
    apply_run: ApplyRun | None = None
    pause: float = 0.1
    _parked: set[UUID] = field(default_factory=set)
    _careful: set[UUID] = field(default_factory=set)
    _failures: Counter[UUID] = field(default_factory=Counter)
    _doing: Sequence[Change] = ()
    _why: str = ""

    async def load(self) -> None:
        """Reads which tenants were parked before."""
        async with self.db.across_tenants() as tx:
            self._keep(await positions.parked_tenants(tx, self.source))

    def has_parked(self, tenant_id: UUID) -> bool:
        """Whether a tenant's changes wait."""
        return tenant_id in self._parked

    async def take(self, batch: Sequence[Change], before: str, after: Position) -> None:
        """Applies the batch and moves the position, together or not at all."""

        async def attempt() -> None:
            async with self._transaction() as tx:
                await positions.move(tx, self.source, before, after)
                parked = await self._runs(tx, batch, self._parked)
                failpoints.hit("after_feed_apply_before_ack")
            failpoints.hit("after_feed_ack")
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
            await self._apply(ours, [each.change for each in waiting])
            if waiting:
                await positions.unpark(ours, self.source, waiting[-1].number)
        if len(waiting) < _REVISITED_AT_ONCE:
            self._keep(self._parked - {tenant_id})

    async def _runs(self, tx: Transaction, batch: Sequence[Change], parked: set[UUID]) -> set[UUID]:
        """Applies or parks each tenant's changes; gives the tenants of those that were parked.

        Tenants come in one order everywhere, so that consumers that lock them can't
        block each other.
        """
        found: set[UUID] = set()
        ordered = sorted(batch, key=_tenant)
        for tenant_id, changes in groupby(ordered, key=_tenant):
            ours, run = await tx.as_tenant(tenant_id), list(changes)
            good = [] if tenant_id in parked else self._before_poison(run)
            await self._apply(ours, good)
            for change in run[len(good) :]:
                await positions.park(ours, self.source, change, self._why)
                found.add(tenant_id)
        return found

    def _before_poison(self, run: Sequence[Change]) -> Sequence[Change]:
        return list(takewhile(lambda change: self._failures[change.id] < _TRIES, run))

    async def _apply(self, tx: Transaction, run: Sequence[Change]) -> None:
        if self.apply_run and run and tx.caller.tenant_id not in self._careful:
            self._doing = run
            await self.apply_run(tx, run)
        else:
            for change in run:
                self._doing = [change]
                await self.apply(tx, change)
        self._doing = ()

    async def _until_done(self, attempt: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await attempt()
            except Moved:
                raise
            except Exception as error:
                self._complain(error)
                await asyncio.sleep(self.pause)
            else:
                return self._careful.clear()

    def _complain(self, error: Exception) -> None:
        """Counts a failure against the change that was being applied, unless it will pass."""
        doing, self._doing = self._doing, ()
        self._why = type(error).__name__
        if not doing or _will_pass(error):
            log.warning("feed_batch_failed", source=self.source, kind=self._why)
            return
        self._careful.add(doing[0].tenant_id)
        if len(doing) == 1:
            self._failures[doing[0].id] += 1
            self._log_failure(doing[0])

    def _log_failure(self, change: Change) -> None:
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


def _tenant(change: Change) -> UUID:
    return change.tenant_id


def _will_pass(error: Exception) -> bool:
    """Whether the fault lies with the database's state of the moment, not with the change."""
    if isinstance(error, errors.Unavailable):
        return True
    return isinstance(error, errors.Conflict) and error.reason == "BUSY"
