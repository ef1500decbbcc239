"""Follows another context's changes and applies each exactly once, for ever."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import grpc
import structlog
from prometheus_client import Gauge

from services.chassis import background, errors, status
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.feed import positions
from services.chassis.feed.applying import Applier
from services.chassis.feed.changes import Apply, ApplyRun, Change
from services.chassis.feed.positions import Moved, Position
from vio.feed.v1 import feed_service_pb2 as pb

if TYPE_CHECKING:
    from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceAsyncStub

LAG = Gauge("feed_lag_seconds", "How old the youngest change is that may be missing.", ["source"])
TOO_OLD = 10.0
# Heartbeats come every few seconds.
_LONGEST_SILENCE = 15.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0

log = structlog.get_logger()


@dataclass(slots=True)
class Consumer:
    """Lists a source once, then watches it from where the context's database says.

    `apply(tx, change)` runs in a transaction of the change's tenant, together with its
    whole batch and the position; `apply_run(tx, changes)`, if given, does the same for
    many changes of one tenant. Parked tenants are tried again every `revisit` seconds.
    """

    source: str
    stub: "ChangeFeedServiceAsyncStub"
    db: Database
    apply: Apply
    apply_run: ApplyRun | None = None
    revisit: float = 60.0
    _seen_until: datetime | None = None
    _listed: bool = True
    _pause: float = _FIRST_PAUSE
    _applier: Applier = field(init=False)

    def __post_init__(self) -> None:
        self._applier = Applier(self.source, self.db, self.apply, self.apply_run)
        LAG.labels(self.source).set_function(self.lag)

    def lag(self) -> float:
        """Real seconds since the last moment of which everything is known; endless at first."""
        if self._seen_until is None:
            return float("inf")
        clock = self.db.clock
        return max(0.0, clock.real_seconds(clock.now() - self._seen_until))

    @property
    def caught_up(self) -> bool:
        """Whether what was learned is fresh enough to decide upon."""
        return self.lag() <= TOO_OLD

    def is_fresh_for(self, tenant_id: UUID) -> bool:
        """Whether that holds for a tenant, whose changes may have been set aside."""
        return self.caught_up and not self._applier.has_parked(tenant_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Consumer"]:
        """Follows in the background until the block ends."""
        async with background.running(self.run(), f"feed of {self.source}"):
            yield self

    async def run(self) -> None:
        """Follows until it is cancelled, whatever happens to the source or the database."""
        while True:
            try:
                await self._follow()
            except Moved:
                continue
            except grpc.aio.AioRpcError as error:
                self._broken(error)
            except errors.Refusal as error:
                log.warning("feed_broken", source=self.source, reason=error.reason)
            except Exception:
                log.error("feed_broken", source=self.source, exc_info=True)
            await asyncio.sleep(self._pause * random.uniform(0.5, 1.0))
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def _broken(self, error: grpc.aio.AioRpcError) -> None:
        failure = status.of_error(error)
        reason = failure.reason or failure.code.name
        log.warning("feed_broken", source=self.source, reason=reason)
        if failure.reason == "FEED_GENERATION_CHANGED":
            self._seen_until = None
            self._listed = False

    async def _follow(self) -> None:
        await self._applier.load()
        async with self._transaction() as tx:
            position = await positions.find(tx, self.source)
        if position is None or not self._listed:
            position = await self._list()
        await self._watch(position)

    async def _list(self) -> Position:
        """A listing that breaks off is begun anew: a change may be applied twice, harmlessly."""
        known: set[UUID] = set()
        cursor = ""
        async for response in self.stub.List(pb.ListRequest()):
            batch = [Change.of(event) for event in response.events]
            begun = {change.tenant_id for change in batch} - known
            await self._applier.take_listed(batch, begun)
            known |= begun
            cursor = response.cursor
        async with self._transaction() as tx:
            await positions.begin(tx, self.source, cursor)
        self._listed = True
        return Position(cursor, None)

    async def _watch(self, position: Position) -> None:
        loop = asyncio.get_running_loop()
        revisited = float("-inf")
        call = self.stub.Watch(pb.WatchRequest(cursor=position.cursor))
        stream = aiter(call)
        try:
            while response := await _next(stream):
                position = await self._take(response, position)
                if loop.time() - revisited >= self.revisit:
                    revisited = loop.time()
                    await self._applier.revisit()
        finally:
            call.cancel()

    async def _take(self, response: pb.WatchResponse, position: Position) -> Position:
        batch = [Change.of(event) for event in response.events]
        reached = Position(response.cursor, response.seen_until.ToDatetime(UTC))
        await self._applier.take(batch, position.cursor, reached)
        self._seen_until = reached.seen_until
        self._pause = _FIRST_PAUSE
        return reached

    def _transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self.db.transaction(Caller.service(None, self.source))


async def _next(stream: AsyncIterator[pb.WatchResponse]) -> pb.WatchResponse | None:
    """The next message; None at the end. A source that is silent although it lives is left."""
    try:
        async with asyncio.timeout(_LONGEST_SILENCE):
            return await anext(stream, None)
    except TimeoutError as error:
        raise errors.unavailable("feed") from error
