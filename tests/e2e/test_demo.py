"""The demonstration's scenario: green as it is, red once a safety is taken out."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.demo import __main__ as demo
from deploy.local.settings import Ports, StackSettings
from deploy.local.stack import Stack, running
from tests.support.ports import free_block

PEOPLE = 60


@asynccontextmanager
async def _stack(
    state: Path, commands: Mapping[str, Sequence[str]] | None = None
) -> AsyncIterator[Stack]:
    settings = StackSettings(state / "stack", Ports(free_block()), scale=100, environment="test")
    lines: list[str] = []
    stack = Stack(settings, say=lambda name, line: lines.append(line), commands=commands or {})
    async with running(stack):
        yield stack


async def _broken(stack: Stack) -> list[str]:
    """The promises that were not kept."""
    checks = await demo.show(stack, Console(file=StringIO()), PEOPLE)
    return [sentence for sentence, holds in checks.results if not holds]


@pytest.mark.timeout(180)
async def test_the_demonstration_keeps_all_its_promises(
    reachable_path: Path,
) -> None:
    async with _stack(reachable_path) as stack:
        broken = await _broken(stack)

    assert broken == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("fault", "promise"),
    [
        ("limiter_off", "never more than 25 calls"),
        ("attempt_after_dial", "the ledger found no other fault"),
    ],
)
async def test_a_worker_without_a_safety_is_found_out(
    reachable_path: Path, fault: str, promise: str
) -> None:
    worker = [sys.executable, "-m", "tests.support.faulty_worker", fault]

    async with _stack(reachable_path, {"campaigns-worker": worker}) as stack:
        broken = await _broken(stack)

    assert any(sentence.startswith(promise) for sentence in broken)
