"""A whole stack whose every link goes through a proxy, and what may be done to its parts."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from deploy.local.child import Child
from deploy.local.parts import CONTEXTS, database_environment
from deploy.local.readiness import Probe
from deploy.local.settings import DATABASE, Ports, StackSettings
from deploy.local.stack import Stack, running
from tests.chaos.proxy import Proxy, Weather
from tests.support.ports import free_block

SCALE = 100.0
WORKER = "campaigns-worker"
#: Shares the queue with the first, so that either may have the other's calls in hand.
SECOND = "campaigns-worker-2"
WORKERS = (WORKER, SECOND)
KILLED = (
    "groups",
    "campaigns",
    "analytics",
    *WORKERS,
    "gateway",
    "temporal",
    "postgres",
)
_BACK_WITHIN = 120.0
_LOOK = 0.05
# Crashes in a row that are none of the supervisor's business: they are ours.
_MANY_CRASHES = 1_000_000
_ASKS = {
    "groups": ("campaigns", "analytics"),
    "campaigns": ("groups", "temporal"),
    WORKER: ("groups", "temporal", "simulator"),
    "analytics": ("groups", "campaigns"),
    "gateway": ("groups", "campaigns", "analytics"),
}
_SCHEMA = {**{name: name for name in CONTEXTS}, WORKER: "campaigns"}
LINKS = (
    *(f"{part}>{other}" for part, others in _ASKS.items() for other in others),
    *(f"{part}>postgres" for part in _SCHEMA),
    "simulator>gateway",
)
_MODULES = {
    **{name: f"services.{name}" for name in CONTEXTS},
    WORKER: "services.campaigns.worker",
}


@dataclass(slots=True)
class World:
    """The system under test, the faults that are on, and every line that its parts wrote."""

    stack: Stack
    second: Stack
    links: Mapping[str, Proxy]
    lines: list[str] = field(default_factory=list)

    @property
    def settings(self) -> StackSettings:
        return self.stack.settings

    @property
    def backup_url(self) -> str:
        """Where everything can be read, of every tenant."""
        return self.stack.cluster.url("vio_backup", DATABASE)

    async def kill(self, part: str) -> None:
        """Kills a part without warning; PostgreSQL by its own immediate stop."""
        child = self._child(part)
        if child.is_running:
            self._signal(part, signal.SIGQUIT if part == "postgres" else signal.SIGKILL)
            await child.process.wait()

    def freeze(self, part: str) -> None:
        """Stops a part where it is; it knows nothing of it."""
        self._signal(part, signal.SIGSTOP)

    def thaw(self, part: str) -> None:
        self._signal(part, signal.SIGCONT)

    def weather(self, link: str, weather: Weather) -> None:
        self.links[link].become(weather)

    async def provider_fails(self, *rules: Mapping[str, object]) -> None:
        """Puts fault rules of the simulated provider in force; none is fair again."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as provider:
            url = f"{self.settings.simulator}/admin/faults"
            (await provider.put(url, json={"rules": rules})).raise_for_status()

    async def heal(self) -> None:
        """Ends every fault, and waits until every part answers again."""
        for link in self.links.values():
            link.become(Weather.FAIR)
        everybody = (*self.stack.children, SECOND)
        for part in everybody:
            self.thaw(part)
        await self.provider_fails()
        await asyncio.gather(*map(self.until_back, everybody))

    async def until_back(self, part: str) -> None:
        """Waits until the supervisor has started a part again, and it can be used."""
        ready = self._probe(part)
        async with asyncio.timeout(_BACK_WITHIN):
            while not (self._child(part).is_running and await ready()):
                await asyncio.sleep(_LOOK)

    async def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        """Every line that the provider wrote, but the first ones."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as provider:
            lines: list[dict[str, Any]] = []
            place: int | None = after
            while place is not None:
                asked = {"after": place, "limit": 10_000}
                page = (await provider.get(self._ledger, params=asked)).raise_for_status().json()
                lines += page["items"]
                place = page.get("next_after")
        return lines

    @property
    def _ledger(self) -> str:
        return f"{self.settings.simulator}/admin/ledger"

    def _child(self, part: str) -> Child:
        return self.second.children[WORKER] if part == SECOND else self.stack.children[part]

    def _probe(self, part: str) -> Probe:
        return self._child(part).part.ready

    def _signal(self, part: str, number: signal.Signals) -> None:
        child = self._child(part)
        if child.is_running:
            os.killpg(child.pid, number)


@asynccontextmanager
async def opened(folder: Path, *, bug: str = "", where: str = "") -> AsyncIterator[World]:
    """A running stack in the folder, with a second worker; a planted bug may sit in one part."""
    settings = StackSettings(folder / "stack", Ports(free_block()), SCALE, environment="test")
    lines: list[str] = []
    async with AsyncExitStack() as stack:
        links: dict[str, Proxy] = {}
        for name in LINKS:
            part = name.partition(">")[2]
            proxy = Proxy(name, getattr(settings.ports, part))
            links[name] = await stack.enter_async_context(proxy.running())
        whole = Stack(
            settings,
            say=lambda name, line: lines.append(f"{name} | {line}"),
            commands={where: _faulty(bug, where)} if bug else {},
            extra=_told(settings, links),
            patience=_BACK_WITHIN,
            restarts=_MANY_CRASHES,
        )
        first = await stack.enter_async_context(running(whole))
        second = await stack.enter_async_context(running(_second(whole)))
        yield World(first, second, links, lines)


def _second(whole: Stack) -> Stack:
    """Another worker of the same state, with the same bug, if there is one."""
    told = {**whole.extra[WORKER], "OIDC_ISSUER": whole.settings.issuer}
    return Stack(
        replace(whole.settings, ports=Ports(free_block())),
        say=whole.say,
        only=(WORKER,),
        commands=whole.commands,
        extra={WORKER: told},
        patience=whole.patience,
        restarts=whole.restarts,
    )


def _faulty(bug: str, part: str) -> Sequence[str]:
    return [sys.executable, "-m", "tests.chaos.faulty", bug, _MODULES[part]]


def _told(settings: StackSettings, links: Mapping[str, Proxy]) -> dict[str, dict[str, str]]:
    """Where each part finds the others: behind the proxies."""
    told: dict[str, dict[str, str]] = {}
    for part, others in _ASKS.items():
        told[part] = {_VARIABLE[o]: _ADDRESS[o](links[f"{part}>{o}"].port) for o in others}
    cluster = Stack(settings).cluster
    settings.state.mkdir(parents=True, exist_ok=True)
    cluster.initialise_if_new()
    for part, context in _SCHEMA.items():
        direct = f":{settings.ports.postgres}/"
        behind = f":{links[f'{part}>postgres'].port}/"
        urls = database_environment(context, cluster)
        told[part] |= {name: url.replace(direct, behind) for name, url in urls.items()}
    told[WORKER]["RECONCILE_EVERY"] = "3"
    hook = f"http://127.0.0.1:{links['simulator>gateway'].port}/api/webhooks/retell"
    return {**told, "simulator": {"SIMULATOR_WEBHOOK_URL": hook}}


_VARIABLE = {
    **{name: f"{name.upper()}_ADDRESS" for name in CONTEXTS},
    "temporal": "TEMPORAL_ADDRESS",
    "simulator": "RETELL_BASE_URL",
}
_ADDRESS = {
    **dict.fromkeys((*CONTEXTS, "temporal"), "127.0.0.1:{}".format),
    "simulator": "http://127.0.0.1:{}".format,
}
