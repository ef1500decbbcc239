"""Analytics can be dropped and read anew from the feeds of the running contexts."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.demo import __main__ as demo
from deploy.local.issuer.personas import CLINIC
from deploy.local.parts import database_environment, shared_environment
from deploy.local.settings import DATABASE, ROOT, Ports, StackSettings
from deploy.local.stack import Stack
from services.analytics.feed import serving
from services.chassis.clock import Clock
from services.chassis.db import Database
from tests.service.analytics.world import Sums, World
from tests.support.discretion import discreet
from tests.support.ports import free_block

PEOPLE = 60


@pytest.mark.verify
async def test_figures_rebuilt_from_the_feeds_equal_those_that_grew(reachable_path: Path) -> None:
    """Ruling 8: rebuild = incremental, exactly, with what groups and campaigns really list."""
    settings = StackSettings(
        reachable_path / "stack", Ports(free_block()), scale=100, environment="test"
    )
    stack = Stack(settings)
    async with discreet(stack):
        await demo.show(stack, Console(file=StringIO()), PEOPLE)
        grown = await _sums(stack)

        _rebuild(stack)

        rebuilt = await _sums(stack)
    assert grown["group_days"], "something was counted"
    assert rebuilt == grown


async def _sums(stack: Stack) -> Sums:
    url, clock = stack.cluster.url("analytics", DATABASE), Clock.load(stack.settings.clock_file)
    async with Database.open(url, serving.encode, clock) as db:
        return await World(db, CLINIC).sums()


def _rebuild(stack: Stack) -> None:
    """As an operator would, beside the running service."""
    told = shared_environment(stack.settings, stack.secrets)
    machine = {
        "OIDC_CLIENT_ID": "analytics",
        "OIDC_CLIENT_SECRET": stack.secrets.machines["analytics"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'build' / 'proto'}",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.analytics", "rebuild"],
        env=told | machine | database_environment("analytics", stack.cluster),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
