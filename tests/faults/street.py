"""A whole stack whose services are struck at their failpoints while they are asked to work."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path

import httpx

from deploy.local.child import Child
from deploy.local.demo import scenario, seeding
from deploy.local.demo.api import Api, Json, Refused
from deploy.local.demo.people import CLINIC
from deploy.local.settings import Ports, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack
from gateway.route import TIMEOUT
from services.chassis.failpoints import Planted
from tests.faults.victims import is_frozen
from tests.support.discretion import discreet
from tests.support.ports import free_block

SCALE = 100
SERVICES = ("groups", "campaigns", "analytics")
_LOOK = 0.05
_PATIENCE = 90.0
_NOBODY_WAITS = TIMEOUT + 1
_RESTARTS = 1_000

Work = Callable[[], Awaitable[Json]]


@dataclass
class Street:
    """The stack with its client, the provider's ledger, and people who were not called yet."""

    stack: Stack
    api: Api
    ledger: Api
    lines: list[tuple[str, str]]
    people: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    wakes: Iterator[bool] = field(default_factory=lambda: cycle((True, False)))

    def order(self, part: str) -> Path:
        return _order(self.stack.settings.state, part)

    async def struck(self, part: str, failpoint: str, work: Work) -> Json:
        """What the work came to, though its service was struck and it had to be asked again."""
        child, said = self.stack.children[part], len(self.lines)
        self.order(part).write_text(failpoint)
        os.kill(child.pid, signal.SIGUSR1)
        working = asyncio.create_task(self._asked_until_done(work))
        await self._met(child, failpoint, said)
        return await working

    async def _asked_until_done(self, work: Work) -> Json:
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    return await work()
                except (Refused, httpx.HTTPError, ValueError):
                    await asyncio.sleep(_LOOK)

    async def _met(self, child: Child, failpoint: str, said: int) -> None:
        """The service died, or stood still, or failed: whatever was planted."""
        async with asyncio.timeout(_PATIENCE):
            if ":raise" in failpoint:
                while not self._said_planted(child, said):
                    await asyncio.sleep(_LOOK)
            elif ":hang" in failpoint:
                await self._stood_still(child)
            else:
                await self._died(child)

    async def _stood_still(self, child: Child) -> None:
        """Every other one wakes when nobody waits for it any more; the rest are killed."""
        while not is_frozen(child.pid):
            await asyncio.sleep(_LOOK)
        if next(self.wakes):
            await asyncio.sleep(_NOBODY_WAITS)
            os.kill(child.pid, signal.SIGCONT)
        else:
            os.kill(child.pid, signal.SIGKILL)
            await self._died(child)

    async def _died(self, child: Child) -> None:
        """It was killed, and the supervisor has started it again."""
        assert await child.process.wait() == -signal.SIGKILL
        while self.stack.children[child.part.name] is child:
            await asyncio.sleep(_LOOK)
        await self.stack.until_ready(child.part.name)

    def _said_planted(self, child: Child, since: int) -> bool:
        said = (line for name, line in self.lines[since:] if name == child.part.name)
        return any(Planted.__name__ in line for line in said)


@asynccontextmanager
async def paved(state: Path) -> AsyncIterator[Street]:
    """The stack, with the clinic's contacts."""
    settings = StackSettings(state / "stack", Ports(free_block()), SCALE, environment="test")
    stack = Stack(
        settings,
        commands={name: _armed(settings.state, name) for name in SERVICES},
        restarts=_RESTARTS,
    )
    async with discreet(stack) as lines:
        await seeding.tenants(settings)
        api = Api.at(settings.gateway, token(settings, "clinic-admin"))
        ledger = Api.ledger(settings.simulator)
        async with api.client, ledger.client:
            await scenario.import_contacts(api, CLINIC.file)
            street = Street(stack, api, ledger, lines)
            due = scenario.everyone_pending(api, 260, appointment="tomorrow")
            street.people = [each["id"] async for each in due]
            yield street


def _order(state: Path, part: str) -> Path:
    return state / f"{part}.failpoint"


def _armed(state: Path, part: str) -> list[str]:
    order = str(_order(state, part))
    return [sys.executable, "-m", "tests.faults.armed", order, f"services.{part}"]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what must come true; a service that is being started again is asked again."""
    begun = time.monotonic()
    while True:
        try:
            if await holds():
                return
        except (Refused, httpx.HTTPError, ValueError):
            pass
        assert time.monotonic() - begun < _PATIENCE, "it never came true"
        await asyncio.sleep(_LOOK)
