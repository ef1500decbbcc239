"""Fair turns: a tenant that asks a lot waits for itself, not the others for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from services.chassis import caller, errors
from services.chassis.caller import Caller
from services.chassis.interceptors import Context, Rpc

AT_ONCE = 4
MOST_WAITING = 250


@dataclass(slots=True)
class _Queue:
    """One tenant's calls: those that are worked on, and those behind them in order."""

    turns: asyncio.Semaphore
    calls: int = 0


@dataclass(slots=True)
class Turns:
    """Works on few calls of a tenant's people at once.

    Streams have limits of their own, and machines ask no more than they were built to.
    """

    at_once: int = AT_ONCE
    most_waiting: int = MOST_WAITING
    queues: dict[UUID, _Queue] = field(default_factory=dict)

    @asynccontextmanager
    async def taken(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        """A guard around every call of a server."""
        async with self.of(None if rpc.streaming else caller.current.get(None)):
            yield

    @asynccontextmanager
    async def of(self, asks: Caller | None) -> AsyncIterator[None]:
        """The turn of whoever asks, once it comes; raises `Exhausted` behind too many others."""
        if asks is None or asks.tenant_id is None or asks.is_machine:
            yield
            return
        async with self._turn(asks.tenant_id):
            yield

    @asynccontextmanager
    async def _turn(self, tenant_id: UUID) -> AsyncIterator[None]:
        queue = self.queues.setdefault(tenant_id, _Queue(asyncio.Semaphore(self.at_once)))
        if queue.calls >= self.at_once + self.most_waiting:
            raise errors.too_many_at_once(queue.calls)
        queue.calls += 1
        try:
            async with queue.turns:
                yield
        finally:
            queue.calls -= 1
            if not queue.calls:
                del self.queues[tenant_id]
