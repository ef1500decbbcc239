"""Announces changed figures every few seconds, and what the passing of days changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from services.analytics.usecases import announcing
from services.chassis import background, errors
from services.chassis.db import Database

log = structlog.get_logger()


@dataclass(slots=True)
class Announcer:
    """Looks at the tenants of whom something was learned, and now and then at all.

    `pause` and `round` are real seconds. A tenant is looked at a pause later than it
    was named: by then the transaction that named it is over.
    """

    db: Database
    pause: float = 2.0
    round: float = 600.0
    _named: set[UUID] = field(default_factory=set)

    def learned(self, tenant_id: UUID) -> None:
        """Names a tenant whose figures may have changed."""
        self._named.add(tenant_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Announces in the background until the block ends."""
        async with background.running(self._run(), "announcer"):
            yield

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        all_at = loop.time()
        while True:
            due, self._named = self._named, set()
            await asyncio.sleep(self.pause)
            try:
                if loop.time() >= all_at:
                    due = {*due, *await announcing.every_tenant(self.db)}
                    all_at = loop.time() + self.round
                await self._announce(due)
            except errors.Refusal as error:
                self._named |= due
                log.warning("announcing_failed", reason=error.reason)
            except Exception:
                log.error("announcing_failed", exc_info=True)

    async def _announce(self, due: set[UUID]) -> None:
        for tenant_id in sorted(due):
            await announcing.announce(self.db, tenant_id)
