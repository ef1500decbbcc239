"""The local stack's supervisor, over parts that are tiny and real."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.local.errors import CannotStart
from deploy.local.settings import Ports, StackSettings
from deploy.local.stack import Stack, running
from tests.support import processes
from tests.support.ports import free_block

WORKER = "campaigns-worker"
BROKEN = [sys.executable, "-c", "raise SystemExit(3)"]


@dataclass
class Terminal:
    """What the stack said."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def say(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    async def shows(self, name: str, line: str) -> None:
        async with asyncio.timeout(20):
            while (name, line) not in self.lines:
                await asyncio.sleep(0.02)

    def said_by(self, name: str) -> list[str]:
        return [line for who, line in self.lines if who == name]


@dataclass
class House:
    """Makes stacks of tiny parts."""

    settings: StackSettings
    terminal: Terminal = field(default_factory=Terminal)

    def tiny(self, name: str, pause: float = 0) -> list[str]:
        ports = self.settings.ports
        port = {
            "issuer": ports.issuer,
            "simulator": ports.simulator,
            WORKER: ports.metrics(WORKER),
        }[name]
        return [sys.executable, "-m", "tests.support.tiny_part", str(port), str(pause)]

    def stack(
        self,
        only: Collection[str],
        commands: Mapping[str, Sequence[str]] | None = None,
        *,
        patience: float = 20,
        restarts: int = 5,
    ) -> Stack:
        tiny = {name: self.tiny(name) for name in only}
        return Stack(
            self.settings,
            say=self.terminal.say,
            only=only,
            commands=tiny | dict(commands or {}),
            patience=patience,
            restarts=restarts,
        )

    def left(self) -> dict[int, str]:
        return processes.of_stack(self.settings.state)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(StackSettings(tmp_path / "stack", Ports(free_block()), environment="test"))


async def test_a_part_starts_once_what_it_needs_is_ready(house: House) -> None:
    slow = {"simulator": house.tiny("simulator", pause=0.7)}

    async with running(house.stack([WORKER, "simulator"], slow)):
        pass

    lines = house.terminal.lines
    assert lines.index(("simulator", "ready")) < lines.index((WORKER, "started"))


async def test_a_part_does_not_start_while_what_it_needs_is_not_ready(house: House) -> None:
    never = {"simulator": house.tiny("simulator", pause=600)}

    with pytest.raises(CannotStart, match="simulator was not ready within 2 seconds"):
        async with running(house.stack([WORKER, "simulator"], never, patience=2)):
            pass

    assert "ready" not in house.terminal.said_by("simulator")
    assert house.terminal.said_by(WORKER) == []
    assert house.left() == {}


async def test_a_crashed_part_is_started_again_with_a_line_about_it(house: House) -> None:
    stack = house.stack(["issuer"])
    async with running(stack):
        first = stack.children["issuer"].pid
        os.kill(first, signal.SIGKILL)
        await house.terminal.shows("issuer", "ended with -9 and is started again (1)")
        async with asyncio.timeout(20):
            while house.terminal.said_by("issuer").count("started") < 2:
                await asyncio.sleep(0.02)
        await stack.until_ready("issuer")
        second = stack.children["issuer"].pid

    assert second != first
    assert not stack.broken.is_set()
    assert house.left() == {}


async def test_a_part_that_keeps_crashing_stops_everything(house: House) -> None:
    stack = house.stack(["issuer", "simulator"], restarts=2)

    with pytest.raises(CannotStart, match="A part kept crashing"):
        async with running(stack):
            await stack.unless_broken(_kill_again_and_again(stack, "simulator"))

    said = [line for line in house.terminal.said_by("simulator") if line != "started"]
    assert said == [
        "ready",
        "ended with -9 and is started again (1)",
        "ended with -9 and is started again (2)",
        "ended with -9 and keeps crashing; everything is stopped",
    ]
    assert house.left() == {}


async def _kill_again_and_again(stack: Stack, name: str) -> None:
    while True:
        if stack.children[name].is_running:
            os.kill(stack.children[name].pid, signal.SIGKILL)
        await asyncio.sleep(0.02)


async def test_a_stack_that_is_used_and_then_stopped_leaves_no_process(house: House) -> None:
    """Not the child of a part either, which nobody told to end."""
    stack = house.stack(["issuer", "simulator"])
    async with running(stack):
        commands = house.left().values()

    assert len([each for each in commands if "tiny_part" in each]) == 2
    assert len([each for each in commands if each.startswith("sleep")]) == 2
    assert house.left() == {}


async def test_a_part_that_fails_while_starting_takes_the_others_along(house: House) -> None:
    stack = house.stack(["issuer", "simulator", WORKER], {WORKER: BROKEN})

    with pytest.raises(CannotStart, match=f"{WORKER} ended before it was ready"):
        async with running(stack):
            pass

    assert "ready" in house.terminal.said_by("simulator")
    assert house.left() == {}


async def test_a_part_that_does_not_listen_is_killed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = "trap '' TERM; echo deaf; exec sleep 600"
    monkeypatch.setattr("deploy.local.child._PATIENCE", 0.5)
    stack = house.stack(["issuer"], {"issuer": ["sh", "-c", deaf]})

    starting = asyncio.create_task(stack.start())
    await house.terminal.shows("issuer", "deaf")
    starting.cancel()
    await stack.stop()

    assert "did not stop in time and is killed" in house.terminal.said_by("issuer")
    assert house.left() == {}


async def test_a_taken_port_is_said_before_anything_is_started(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.settings.ports.simulator)):
        with pytest.raises(CannotStart) as refused:
            await house.stack(["issuer", "simulator"]).start()

        assert str(refused.value) == (
            f"Port {house.settings.ports.simulator}, which simulator needs, is taken. "
            "Stop what uses it, or choose other ports with VIO_PORT_BASE."
        )
        assert house.terminal.lines == []
        assert house.left() == {}


async def test_two_stacks_run_side_by_side(house: House, tmp_path: Path) -> None:
    async with running(house.stack(["issuer", "simulator"])):
        other = House(StackSettings(tmp_path / "other", Ports(free_block()), environment="test"))
        async with running(other.stack(["issuer", "simulator"])):
            assert len(other.left()) == len(house.left()) == 4
        assert other.left() == {}
        assert len(house.left()) == 4
