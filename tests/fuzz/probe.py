"""A healthy client beside an attack: what its requests took."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from deploy.local.demo.api import Api

_PAUSE = 0.05


@dataclass(slots=True)
class Probe:
    """Asks for the groups again and again, and keeps the seconds of each answer."""

    api: Api
    seconds: list[float] = field(default_factory=list)

    async def run(self) -> None:
        while True:
            begun = time.perf_counter()
            await self.api.get("/groups")
            self.seconds.append(time.perf_counter() - begun)
            await asyncio.sleep(_PAUSE)

    @property
    def p99(self) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds)
        return round(ordered[int(len(ordered) * 0.99)] * 1000, 1)


@asynccontextmanager
async def probing(api: Api) -> AsyncIterator[Probe]:
    """A probe that runs meanwhile; a refused or failed request of it fails the test."""
    async with api.client:
        probe = Probe(api)
        await api.get("/groups")
        task = asyncio.create_task(probe.run())
        yield probe
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert probe.seconds
