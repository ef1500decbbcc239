"""Tells streams without an end that their server closes, so that nobody waits for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from services.chassis.interceptors import Context, Rpc

_closing: ContextVar[asyncio.Event] = ContextVar("closing")


@dataclass(frozen=True, slots=True)
class Closing:
    """A server's word that it closes, carried by each of its calls."""

    event: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def known(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        """A guard: the call inside can ask."""
        _closing.set(self.event)
        yield


def has_begun() -> bool:
    """Whether the server of the present call closes: a stream then ends itself."""
    event = _closing.get(None)
    return event is not None and event.is_set()


async def first_of(woken: asyncio.Event, seconds: float) -> None:
    """Waits for an event, for some seconds, or for the server to close."""
    events = [woken, *filter(None, [_closing.get(None)])]
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
