"""One process of the stack: started, listened to, stopped with all its children."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.local.parts import Part

Say = Callable[[str, str], None]
_PATIENCE = 15.0
_LOOK = 0.05


@dataclass(slots=True)
class Child:
    """A running part; its lines go to `say`."""

    part: Part
    say: Say
    process: asyncio.subprocess.Process
    reading: asyncio.Task[None] = field(init=False)

    @staticmethod
    async def start(part: Part, environment: dict[str, str], say: Say) -> "Child":
        """Starts the part in a process group of its own."""
        process = await asyncio.create_subprocess_exec(
            *part.command,
            env=environment | dict(part.environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            limit=1 << 20,
        )
        child = Child(part, say, process)
        child.reading = asyncio.create_task(child._read())
        return child

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.returncode is None

    async def ended(self) -> int:
        """Waits for the end, ends what the process left behind, and gives the exit code."""
        await self._exit()
        self._signal(signal.SIGKILL)
        await self.reading
        return await self.process.wait()

    async def stop(self) -> None:
        """Asks the process to end, and ends it if it takes too long; nothing stays behind."""
        if self.is_running:
            self._signal(signal.SIGTERM if self.part.name != "postgres" else signal.SIGINT)
            try:
                await asyncio.wait_for(self._exit(), _PATIENCE)
            except TimeoutError:
                self.say(self.part.name, "did not stop in time and is killed")
                self._signal(signal.SIGKILL)
        await self.ended()

    async def _exit(self) -> None:
        """Looks by itself: asyncio tells of an end only once nobody holds the output any more."""
        while self.is_running:  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(_LOOK)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.say(self.part.name, line.decode(errors="replace").rstrip())
