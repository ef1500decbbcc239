"""Serves a context's changes: the present state as a listing, then every change after it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import grpc
from google.protobuf.any_pb2 import Any as Packed

from services.chassis import background, closing, errors, tenants
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.feed import cursor as cursors
from services.chassis.feed import reading
from services.chassis.feed.cursor import Cursor
from services.chassis.feed.horizon import Alarm, Horizon
from services.chassis.feed.reading import Row, State
from vio.feed.v1 import feed_service_pb2 as pb
from vio.feed.v1 import feed_service_pb2_grpc as pb_grpc

Context = grpc.aio.ServicerContext[Any, Any]
ListHistory = Callable[[Transaction], AsyncIterator[object]]

_PREFIX = "type.googleapis.com/"
_LARGEST_BATCH = 64 * 1024
_POLL_WHILE_EVENTS_WAIT = 0.03
# A listing that is not read holds a message on the wire; whoever comes later holds nothing.
_LISTINGS_AT_ONCE = 8


@dataclass(slots=True)
class ChangeFeed(pb_grpc.ChangeFeedServiceServicer):
    """The feed of one context.

    `list_history` gives the domain events that make up a tenant's present state, from
    permanent tables, in an order in which they can be applied. `poll` and `heartbeat`
    are real seconds; a heartbeat is well under the 10 s after which readers refuse.
    """

    db: Database
    list_history: ListHistory
    poll: float = 1.0
    heartbeat: float = 2.0
    _listings: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_LISTINGS_AT_ONCE)
    )
    _alarm: Alarm = field(default_factory=Alarm)

    async def List(
        self, message: pb.ListRequest, context: Context
    ) -> AsyncIterator[pb.ListResponse]:
        """The cursor is taken first: what changes meanwhile comes again in the watch."""
        async with self._listings:
            async with self.db.across_tenants() as tx:
                state = await reading.state(tx)
            async for tenant_id in self._tenants():
                async with self.db.long_reading(Caller.service(tenant_id)) as tx:
                    async for batch in _batched(self._history(tx, tenant_id)):
                        yield pb.ListResponse(events=batch)
            yield pb.ListResponse(cursor=str(Cursor(state.generation, state.horizon)))

    async def Watch(
        self, message: pb.WatchRequest, context: Context
    ) -> AsyncIterator[pb.WatchResponse]:
        place, horizon = Cursor.read(message.cursor), Horizon()
        async with self._woken() as woken:
            heard = float("-inf")
            while not closing.has_begun():
                woken.clear()
                state, rows, seen = await self._read(place, horizon)
                complete = len(rows) < reading.LIMIT
                for batch in _portions(rows):
                    place = Cursor(place.generation, batch[-1].xid, batch[-1].id)
                    last = complete and batch[-1] is rows[-1]
                    until = seen if last else batch[-1].at
                    yield _response(batch, place, until)
                now = asyncio.get_running_loop().time()
                if rows:
                    heard = now
                elif now - heard >= self.heartbeat:
                    heard = now
                    yield _response((), place, seen)
                if complete:
                    pause = _POLL_WHILE_EVENTS_WAIT if state.waits else self.poll
                    await closing.first_of(woken, pause)

    async def _tenants(self) -> AsyncIterator[UUID]:
        """Every tenant, some at a time: a listing waits for as long as its reader likes."""
        last: UUID | None = tenants.FIRST
        while last:
            async with self.db.across_tenants() as tx:
                some = await tenants.some(tx, last)
            for each in some:
                yield each
            last = some[-1] if some else None

    async def _history(self, tx: Transaction, tenant_id: UUID) -> AsyncIterator[pb.Event]:
        async for each in self.list_history(tx):
            kind, payload = self.db.encode(each)
            event = pb.Event(
                id=str(uuid5(tenant_id, f"{kind}/{payload.hex()}")),
                tenant_id=str(tenant_id),
                payload=_packed(kind, payload),
            )
            event.at.FromDatetime(tx.now)
            yield event

    async def _read(self, place: Cursor, horizon: Horizon) -> tuple[State, Sequence[Row], datetime]:
        """How things stand, what comes next, and before which moment nothing is missing."""
        async with self.db.across_tenants() as tx:
            state = await reading.state(tx)
            if place.generation != state.generation or place.xid > state.horizon:
                raise cursors.generation_changed()
            until = horizon.complete_until(state)
            await self._alarm.look(tx, state)
            return state, await reading.events(tx, place), self.db.clock.virtual(until)

    @asynccontextmanager
    async def _woken(self) -> AsyncIterator[asyncio.Event]:
        """Set whenever somebody has committed events."""
        woken = asyncio.Event()
        async with background.running(self._listen(woken), "outbox"):
            yield woken

    async def _listen(self, woken: asyncio.Event) -> None:
        async with self.db.across_tenants() as tx:
            channel = (await reading.state(tx)).channel
        while True:
            with suppress(errors.Unavailable):
                async for _ in self.db.listen(channel):
                    woken.set()
            await asyncio.sleep(self.poll)


def _response(rows: Sequence[Row], place: Cursor, seen_until: datetime) -> pb.WatchResponse:
    response = pb.WatchResponse(events=map(_event, rows), cursor=str(place))
    response.seen_until.FromDatetime(seen_until)
    return response


def _event(row: Row) -> pb.Event:
    event = pb.Event(
        id=str(row.event_id),
        tenant_id=str(row.tenant_id),
        payload=_packed(row.type, row.payload),
    )
    event.at.FromDatetime(row.at)
    return event


def _packed(kind: str, payload: bytes) -> Packed:
    """An encoder may name a message without the prefix that `Any` wants."""
    return Packed(type_url=kind if "/" in kind else f"{_PREFIX}{kind}", value=payload)


def _portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Splits what is too large for one message."""
    first = size = 0
    for index, row in enumerate(rows):
        size += len(row.payload)
        if size > _LARGEST_BATCH and index > first:
            yield rows[first:index]
            first, size = index, len(row.payload)
    if rows[first:]:
        yield rows[first:]


async def _batched(events: AsyncIterator[pb.Event]) -> AsyncIterator[list[pb.Event]]:
    batch: list[pb.Event] = []
    size = 0
    async for event in events:
        if len(batch) == reading.LIMIT or size > _LARGEST_BATCH:
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += len(event.payload.value)
    if batch:
        yield batch
