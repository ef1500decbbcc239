"""A whole stack with a campaign under way, of which one part after the other is killed."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from deploy.local.demo import scenario, seeding
from deploy.local.demo.api import Api, Json, Refused
from deploy.local.demo.people import CLINIC
from deploy.local.demo.scenario import Launched, Outcome
from deploy.local.settings import Ports, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack
from services.chassis.clock import Clock
from tests.support.discretion import discreet
from tests.support.ports import free_block

SCALE = 100
_LOOK = 0.05
_WINDOW = timedelta(minutes=15)
_PATIENCE = 120.0


@dataclass(frozen=True)
class Recovery:
    """How a kill went, in real seconds: from the kill, and from when the part was back."""

    part: str
    back_after: float
    answer_after_back: float
    dial_after_back: float
    dial_after_kill: float


@dataclass(frozen=True)
class House:
    """The stack, its client, the provider's ledger, and the campaign."""

    stack: Stack
    api: Api
    ledger: Api
    launched: Launched

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self.stack.children.items()}

    async def kill(self, part: str) -> Recovery:
        """Kills a part in the midst of a burst of calls; the supervisor starts it again."""
        await self._calls_have_begun_again()
        begun = time.monotonic()
        await self._end(part)
        await self._started_again(part, self.pids()[part])
        back = time.monotonic()
        dialled = await self._dials()
        answer, dial = await asyncio.gather(
            _seconds_until(self._answers), _seconds_until(lambda: self._has_dialled(dialled + 1))
        )
        return Recovery(part, back - begun, answer, dial, back - begun + dial)

    async def result(self) -> Outcome:
        """The campaign at its end, by every source that can tell."""
        path = f"/groups/campaigns/{self.launched.campaign_id}/status"
        async with asyncio.timeout(_PATIENCE):
            while not (status := await self.api.get(path))["is_final"]:
                await asyncio.sleep(_LOOK)
        return await scenario.measure(self.api, self.ledger, self.launched, status, 0)

    async def _calls_have_begun_again(self) -> None:
        """The window is free: a batch was dialled, and more can follow at once.

        A kill spreads the batches over the window, where they stay; a pause lets it empty.
        """
        campaign = f"/campaigns/{self.launched.campaign_id}"
        await self.api.post(f"{campaign}/pause")
        await _seconds_until(self._window_is_empty)
        dialled = await self._dials()
        await self.api.post(f"{campaign}/resume")
        await _seconds_until(lambda: self._has_dialled(dialled + 1))

    async def _window_is_empty(self) -> bool:
        begins = Clock.load(self.stack.settings.clock_file).now() - _WINDOW
        verdict = await self.ledger.get("/verdict", since=begins.isoformat())
        return int(verdict["dials"]) == 0

    async def _end(self, part: str) -> None:
        if part == "postgres":
            await asyncio.to_thread(self.stack.cluster.stop, "immediate")
        else:
            os.kill(self.stack.children[part].pid, signal.SIGKILL)

    async def _started_again(self, part: str, pid: int) -> None:
        async with asyncio.timeout(_PATIENCE):
            while self.pids()[part] == pid:
                await asyncio.sleep(0.01)
            await self.stack.until_ready(part)

    async def _answers(self) -> bool:
        """All three contexts answer through the gateway."""
        group = f"/groups/{self.launched.group_id}"
        try:
            await self.api.get(group)
            await self.api.get(f"/groups/campaigns/{self.launched.campaign_id}/status")
            await self.api.get(f"{group}/analytics", days=7)
        except (Refused, httpx.HTTPError, ValueError):
            return False
        return True

    async def _dials(self) -> int:
        return int((await self.ledger.get("/verdict"))["dials"])

    async def _has_dialled(self, count: int) -> bool:
        return await self._dials() >= count


@asynccontextmanager
async def inhabited(state: Path, people: int) -> AsyncIterator[House]:
    """A stack that calls so many people."""
    settings = StackSettings(state / "stack", Ports(free_block()), SCALE, environment="test")
    stack = Stack(settings)
    async with discreet(stack):
        await seeding.tenants(settings)
        api = Api.at(settings.gateway, token(settings, "clinic-admin"))
        ledger = Api.ledger(settings.simulator)
        async with api.client, ledger.client:
            await scenario.import_contacts(api, CLINIC.file)
            launched = await scenario.launch(api, await _group(api, people))
            yield House(stack, api, ledger, launched)


async def _group(api: Api, size: int) -> Json:
    """A group of people with an appointment on any day, which nobody has confirmed."""
    group = await api.post("/groups", {"name": "Unconfirmed"})
    ids = [each["id"] async for each in scenario.everyone_pending(api, size)]
    assert len(ids) == size
    await api.post(f"/groups/{group['id']}/members/add", {"contact_ids": ids})
    return await api.get(f"/groups/{group['id']}")


async def _seconds_until(holds: Callable[[], Awaitable[bool]]) -> float:
    begun = time.monotonic()
    async with asyncio.timeout(_PATIENCE):
        while not await holds():
            await asyncio.sleep(_LOOK)
    return time.monotonic() - begun
