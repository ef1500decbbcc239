"""The simulated provider survives its own death: it is the oracle of tests that kill."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from retell import APIStatusError

from deploy.local.simulator.app import build
from deploy.local.simulator.settings import SimulatorSettings
from services.chassis.clock import Clock
from tests.support import simulator
from tests.support.ports import free_block
from tests.support.simulator import KEY, TUESDAY_NINE, Simulator

CONFIRMS = "+12125550141"
TALKS_ON = "+12125550199"
LIFE = ["call_started", "call_ended", "call_analyzed"]


@asynccontextmanager
async def process(folder: Path, webhook_url: str = "") -> AsyncIterator[tuple[Simulator, Process]]:
    """The simulator as its own process, killed at the end if it still lives."""
    port = free_block()
    clock = folder / "clock.json"
    Clock.start(clock, virtual_origin=TUESDAY_NINE, scale=20)
    told = {
        "VIO_STATE": str(folder),
        "VIO_CLOCK_FILE": str(clock),
        "SIMULATOR_LISTEN": f"127.0.0.1:{port}",
        "SIMULATOR_WEBHOOK_URL": webhook_url,
        "RETELL_API_KEY": KEY,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.local.simulator", env=os.environ | told
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url) as admin, simulator.retell(url) as client:
            await answering(admin)
            yield Simulator(url, client, admin), child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def answering(admin: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                (await admin.get("/health")).raise_for_status()
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def settled(provider: Simulator, call_id: str) -> list[str]:
    """The events of a call that were taken, once all of its life were."""
    async with asyncio.timeout(20):
        while len(taken := _taken(await provider.ledger("webhook"), call_id)) < len(LIFE):
            await asyncio.sleep(0.05)
    return taken


def _taken(sent: list[dict[str, Any]], call_id: str) -> list[str]:
    return [each["event"] for each in sent if each["call_id"] == call_id and each["settled"]]


async def test_calls_keys_webhooks_and_verdict_survive_a_kill(tmp_path: Path) -> None:
    async with simulator.receiving() as receiver:
        async with process(tmp_path, receiver.url) as (provider, child):
            placed = await provider.dial(CONFIRMS, idempotency_key="k1")
            stopped = await provider.dial(TALKS_ON, idempotency_key="k2")
            await provider.calls.stop(stopped.call_id)
            await provider.rule({"fault": "refuse", "status": 503, "phone": "*0102"})
            child.kill()

        async with process(tmp_path, receiver.url) as (provider, _):
            again = await provider.dial(CONFIRMS, idempotency_key="k1")
            found = await provider.calls.retrieve(stopped.call_id)
            with pytest.raises(APIStatusError):
                await provider.dial("+12125550102")
            taken = await settled(provider, placed.call_id)
            verdict = await provider.verdict()

    assert again.call_id == placed.call_id
    assert found.disconnection_reason == "manual_stopped"
    assert sorted(taken) == sorted(LIFE)
    assert {each.event for each in receiver.of(placed.call_id)} == set(LIFE)
    assert verdict["dials"] == 2


async def test_a_second_simulator_may_not_write_the_same_ledger(tmp_path: Path) -> None:
    async with simulator.running(tmp_path):
        with pytest.raises(SystemExit, match="Another simulator"):
            build(simulator.settings(tmp_path))


async def test_a_line_that_a_crash_cut_short_is_dropped(tmp_path: Path) -> None:
    async with simulator.running(tmp_path) as provider:
        first = await provider.dial(CONFIRMS)
    with (tmp_path / "ledger.jsonl").open("ab") as file:
        file.write(b'{"kind":"dial","at":"2026-09-')

    async with simulator.running(tmp_path) as provider:
        second = await provider.dial(CONFIRMS)
    async with simulator.running(tmp_path) as provider:
        dials = await provider.ledger("dial")

    assert [dial["call_id"] for dial in dials] == [first.call_id, second.call_id]


async def test_a_fault_that_strikes_once_does_not_strike_again_after_a_restart(
    tmp_path: Path,
) -> None:
    async with simulator.running(tmp_path) as provider:
        await provider.rule({"fault": "refuse", "times": 1})
        with pytest.raises(APIStatusError):
            await provider.dial(CONFIRMS)

    async with simulator.running(tmp_path) as provider:
        await provider.dial(CONFIRMS)

        assert (await provider.verdict())["dials"] == 1


async def test_the_ledger_is_read_page_by_page(tmp_path: Path) -> None:
    async with simulator.running(tmp_path) as provider:
        for attempt in ("a1", "a2", "a3"):
            await provider.dial(CONFIRMS, idempotency_key=attempt, metadata={"attempt_id": attempt})

        first = (await provider.admin.get("/admin/ledger", params={"limit": 2})).json()
        after = first["next_after"]
        rest = (await provider.admin.get("/admin/ledger", params={"after": after})).json()

    lines = first["items"] + rest["items"]
    assert [line["attempt_id"] for line in lines] == ["a1", "a2", "a3"]
    assert lines[0]["at"].startswith("2026-09-15T13:")
    assert (first["total"], "next_after" in rest) == (3, False)


def test_there_is_no_simulator_in_production(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        SimulatorSettings(environment="production", api_key=KEY)
