"""The local stack as a person uses it: commands in a terminal."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local.settings import Ports, StackSettings
from tests.support import processes

UP = (sys.executable, "-m", "deploy.local", "up")
DEMO = (sys.executable, "-m", "deploy.local.demo")
READY = "Everything is ready"


@dataclass(slots=True)
class Terminal:
    """A command that runs in a terminal of its own, with the lines that it wrote."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def shows(self, text: str, within: float = 300) -> None:
        """Waits until a line holds the text; says what it saw if none does."""
        until = time.monotonic() + within
        while not any(text in line for line in self.lines):
            if self.process.returncode is not None or time.monotonic() > until:
                last = "\n".join(self.lines[-40:])
                raise AssertionError(f"{text!r} was not shown, but at last:\n{last}")
            await asyncio.sleep(0.05)

    async def ends(self, within: float = 60) -> int:
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def interrupted(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C reaches every process of the terminal; gives the exit code."""
        os.killpg(self.process.pid, number)
        return await self.ends()


@dataclass(frozen=True, slots=True)
class Place:
    """Where commands are given: a stack's state and ports, a folder, and a prefix for all."""

    settings: StackSettings
    folder: str = "/"
    prefix: Sequence[str] = ()
    more: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def at(state: Path, base: int) -> "Place":
        return Place(StackSettings(state, Ports(base)))

    @property
    def environment(self) -> dict[str, str]:
        settings = self.settings
        told = {"VIO_STATE": str(settings.state), "VIO_PORT_BASE": str(settings.ports.base)}
        return os.environ | told | dict(self.more)

    @asynccontextmanager
    async def terminal(self, *command: str) -> AsyncIterator[Terminal]:
        """Gives the command, and ends it at last."""
        process = await asyncio.create_subprocess_exec(
            *self.prefix,
            *command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        opened = Terminal(process)
        reading = asyncio.create_task(_read(opened))
        try:
            yield opened
        finally:
            if process.returncode is None:
                await opened.interrupted()
            await reading

    async def says(self, *command: str, within: float = 60) -> tuple[int, str]:
        """The exit code and the words of a command that ends by itself."""
        async with self.terminal(*command) as opened:
            code = await opened.ends(within)
        return code, "\n".join(opened.lines)

    async def stack(self, *words: str) -> tuple[int, str]:
        return await self.says(sys.executable, "-m", "deploy.local", *words)

    @asynccontextmanager
    async def client(self, token: str) -> AsyncIterator[httpx.AsyncClient]:
        """The gateway, as the bearer of the token."""
        async with httpx.AsyncClient(
            base_url=f"{self.settings.gateway}/api",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        ) as opened:
            yield opened

    def processes(self) -> dict[int, str]:
        return processes.of_stack(self.settings.state)


async def _read(opened: Terminal) -> None:
    assert opened.process.stdout is not None
    async for line in opened.process.stdout:
        opened.lines.append(line.decode().rstrip())
