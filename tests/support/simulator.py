"""The provider simulator for tests: in process over real HTTP, with a receiver of webhooks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from fastapi import FastAPI, Request, Response
from retell import AsyncRetell

from deploy.local.simulator.server import server
from deploy.local.simulator.settings import SimulatorSettings
from services.chassis.clock import Clock
from tests.support import web

KEY = "key_for_tests"
TUESDAY_NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
CLINIC = "+12125550100"


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator: its client is the real SDK, `admin` speaks plain HTTP."""

    url: str
    retell: AsyncRetell
    admin: httpx.AsyncClient

    @property
    def calls(self) -> Any:
        """The SDK's calls, untyped: tests look at fields that only some answers have."""
        return self.retell.call

    async def dial(self, number: str, **more: Any) -> Any:
        return await self.calls.create_phone_call(
            from_number=CLINIC, to_number=number, max_retries=0, **more
        )

    async def rule(self, *rules: dict[str, Any]) -> None:
        (await self.admin.put("/admin/faults", json={"rules": rules})).raise_for_status()

    async def ledger(self, kind: str = "") -> list[dict[str, Any]]:
        answer = await self.admin.get("/admin/ledger", params={"kind": kind, "limit": 10_000})
        items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return items

    async def verdict(self, **question: Any) -> dict[str, Any]:
        answer = await self.admin.get("/admin/verdict", params=question)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


@dataclass(frozen=True, slots=True)
class Webhook:
    """What arrived, byte for byte."""

    raw: bytes
    signature: str

    @property
    def event(self) -> str:
        return str(orjson.loads(self.raw)["event"])

    @property
    def call(self) -> dict[str, Any]:
        call: dict[str, Any] = orjson.loads(self.raw)["call"]
        return call


@dataclass(slots=True)
class Receiver:
    """Collects webhooks; answers with the next of `answers`, then with 204."""

    url: str = ""
    arrived: list[Webhook] = field(default_factory=list)
    answers: Iterator[int] = field(default_factory=lambda: iter(()))
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        signature = request.headers.get("x-retell-signature", "")
        async with self.news:
            self.arrived.append(Webhook(await request.body(), signature))
            self.news.notify_all()
        return Response(status_code=next(self.answers, 204))

    def of(self, call_id: str) -> list[Webhook]:
        return [each for each in self.arrived if each.call["call_id"] == call_id]

    async def events(self, call_id: str, count: int) -> list[str]:
        """The events of a call, once `count` of them have come."""
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: len(self.of(call_id)) >= count)
        return [each.event for each in self.of(call_id)]


@asynccontextmanager
async def running(folder: Path, **told: Any) -> AsyncIterator[Simulator]:
    """A simulator whose state lies in `folder`; it can be run there again."""
    async with (
        web.serving(server(settings(folder, **told))) as url,
        httpx.AsyncClient(base_url=url) as admin,
        retell(url) as client,
    ):
        yield Simulator(url, client, admin)


def settings(folder: Path, *, scale: float = 1000, **told: Any) -> SimulatorSettings:
    """What a simulator of this folder is told; its first run sets the clock."""
    clock = folder / "clock.json"
    Clock.start(clock, virtual_origin=TUESDAY_NINE, scale=scale)
    usual: dict[str, Any] = {
        "environment": "test",
        "listen": "127.0.0.1:0",
        "own_state": folder,
        "clock_file": clock,
        "api_key": KEY,
        "webhook_pause": 0.01,
    }
    return SimulatorSettings(**(usual | told))


def retell(url: str, *, key: str = KEY, timeout: float = 5) -> AsyncRetell:
    return AsyncRetell(api_key=key, base_url=url, timeout=timeout, max_retries=0)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver of webhooks on a port of its own."""
    receiver, app = Receiver(), FastAPI()
    app.add_api_route("/hook", receiver.take, methods=["POST"])
    async with web.app(app) as url:
        receiver.url = f"{url}/hook"
        yield receiver
