"""Whether parts do what they are for, seen from outside."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from temporalio.client import Client as TemporalClient
from temporalio.service import RPCError

from services.chassis.clock import Clock
from tests.chaos.clients import Client, Json
from tests.chaos.world import WORKERS, World

# A window is nine real seconds, so that somebody may be rung again by then.
_WINDOW = 10.0
_LOOK = 0.05
_ASKS: Mapping[str, Sequence[str]] = {
    "groups": ("/groups",),
    "campaigns": ("/campaigns",),
    "analytics": ("/groups/analytics",),
    "gateway": ("/groups",),
    "postgres": ("/groups", "/campaigns", "/groups/analytics"),
}
_MAY_BE_RUNG = """
select exists (
    select from campaigns.campaigns join campaigns.recipients on campaign_id = campaigns.id
    join campaigns.tenant_profiles on tenant_profiles.tenant_id = campaigns.tenant_id
    where campaigns.state in ('waiting', 'running') and recipients.state = 'pending'
      and coalesce(next_batch_at, %(now)s) <= %(now)s and coalesce(not_before, %(now)s) <= %(now)s
      and extract(hour from %(now)s at time zone
                  coalesce(recipients.timezone, tenant_profiles.timezone)) between 8 and 20
      and (select count(*) from campaigns.window_tokens
           where window_tokens.tenant_id = campaigns.tenant_id and leaves_at > %(now)s) <= 20
)
"""
_NEWEST = """
select id from campaigns.campaigns where workflow_started_at is not null
order by created_at desc limit 1
"""


@dataclass(slots=True)
class Witness:
    """Asks what clients ask, reads what the provider was asked, and looks into Temporal."""

    ledger: Callable[[int], Awaitable[list[Json]]]
    url: str
    temporal: str
    admin: Client
    clock: Clock
    read: int = 0
    rang_at: datetime | None = None

    @staticmethod
    def of(world: World, admin: Client) -> "Witness":
        settings = world.settings
        temporal, clock = f"127.0.0.1:{settings.ports.temporal}", Clock.load(settings.clock_file)
        return Witness(world.ledger, world.backup_url, temporal, admin, clock)

    async def until_needed(self, part: str, since: datetime) -> None:
        """Waits until a part that is back has something to do; only workers may have nothing."""
        if part not in WORKERS:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_WINDOW):
                while not (await self._has_rung(since) or await self._may_ring()):
                    await asyncio.sleep(_LOOK)

    async def serves(self, part: str, since: datetime) -> bool:
        """Whether it does what it is for; a worker that may ring nobody does all it should."""
        match part:
            case _ if part in WORKERS:
                return await self._has_rung(since) or not await self._may_ring()
            case "temporal":
                return await self._knows_the_newest()
            case _:
                asked = map(self.admin.ask, _ASKS.get(part, ()))
                return None not in await asyncio.gather(*asked)

    async def _has_rung(self, since: datetime) -> bool:
        """Whether the provider was asked for a call, refused or not."""
        lines = await self.ledger(self.read)
        self.read += len(lines)
        for line in lines:
            if line["kind"] in ("dial", "refusal"):
                self.rang_at = datetime.fromisoformat(line["real_at"])
        return self.rang_at is not None and self.rang_at > since

    async def _may_ring(self) -> bool:
        (found,) = await self._rows(_MAY_BE_RUNG, now=self.clock.now())
        return bool(found[0])

    async def _knows_the_newest(self) -> bool:
        """Whether Temporal tells how the latest campaign's workflow stands."""
        try:
            client = await TemporalClient.connect(self.temporal)
            for (campaign,) in await self._rows(_NEWEST):
                await client.get_workflow_handle(f"campaign/{campaign}").describe()
        except (RPCError, RuntimeError):
            return False
        return True

    async def _rows(self, query: str, **facts: Any) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            return await (await connection.execute(query.encode(), facts)).fetchall()
