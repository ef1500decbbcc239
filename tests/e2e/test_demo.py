"""The demonstration's scenario: green as it is, red once a safety is taken out."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import httpx
from rich.console import Console

from deploy.local.demo import __main__ as demo
from deploy.local.demo.api import Api, Json
from deploy.local.settings import Ports, StackSettings
from deploy.local.stack import Stack
from tests.support.discretion import discreet
from tests.support.ports import free_block

PEOPLE = 60
# Every tenth number is accepted, and the answer is lost each time it is asked.
LOST_ANSWERS = {"rules": [{"fault": "accept_then_reset", "phone": "*3"}]}


@asynccontextmanager
async def _stack(state: Path, fault: str = "") -> AsyncIterator[Stack]:
    faulty = [sys.executable, "-m", "tests.support.faulty_worker", fault]
    commands = {"campaigns-worker": faulty} if fault else {}
    settings = StackSettings(state / "stack", Ports(free_block()), scale=100, environment="test")
    stack = Stack(settings, commands=commands)
    async with discreet(stack):
        yield stack


async def _broken(stack: Stack) -> list[str]:
    """The promises that were not kept, though answers of the provider were lost."""
    async with httpx.AsyncClient(trust_env=False) as provider:
        url = f"{stack.settings.simulator}/admin/faults"
        (await provider.put(url, json=LOST_ANSWERS)).raise_for_status()
    checks = await demo.show(stack, Console(file=StringIO()), PEOPLE)
    return [sentence for sentence, holds in checks.results if not holds]


async def test_the_demonstration_keeps_all_its_promises(
    reachable_path: Path,
) -> None:
    async with _stack(reachable_path) as stack:
        broken = await _broken(stack)

    assert broken == []


async def test_a_worker_without_its_limiter_is_found_out(reachable_path: Path) -> None:
    async with _stack(reachable_path, "limiter_off") as stack:
        broken = await _broken(stack)

    assert any(sentence.startswith("never more than 25 calls") for sentence in broken)


async def test_a_worker_that_dials_before_it_writes_is_found_out(reachable_path: Path) -> None:
    """Whoever answered into a broken line is not written down, and is rung again."""
    async with _stack(reachable_path, "attempt_after_dial") as stack:
        verdict = await _soon_red(stack)

    assert verdict["duplicates"]
    assert not verdict["holds"]


async def _soon_red(stack: Stack) -> Json:
    """The ledger's verdict once it is red, or as it is when the demonstration has ended."""
    ledger = Api.ledger(stack.settings.simulator)
    async with ledger.client:
        tasks = {asyncio.create_task(_broken(stack)), asyncio.create_task(_until_red(ledger))}
        ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for task in ended:
            task.result()
        return await ledger.get("/verdict", per_phone=1)


async def _until_red(ledger: Api) -> None:
    while (await ledger.get("/verdict", per_phone=1))["holds"]:
        await asyncio.sleep(0.5)
