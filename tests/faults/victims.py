"""Workers to be killed, frozen and woken.

They are forked from a process that has imported everything: a start costs a tenth of a
second instead of the five that imports take.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TypeVar

from tests.faults import worker
from tests.service.dialling.office import eventually
from tests.service.dialling.worker import Told

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([worker.__name__])
_FOUND_DEAD = 60.0
# How a process ended can be read once; every start looks at all of them, so one thread asks.
_ASKER = ThreadPoolExecutor(1)
T = TypeVar("T")


def is_frozen(pid: int) -> bool:
    """As the kernel says: stopped by a signal."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "T"


@dataclass(frozen=True)
class Victim:
    """A running worker."""

    process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def is_frozen(self) -> bool:
        return is_frozen(self.pid)

    def wake(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def killed(self) -> None:
        """Waits until it was killed; one that ends otherwise is no victim."""

        async def gone() -> bool:
            return await _asked(self._ended_with) is not None

        await eventually(gone, _FOUND_DEAD)
        ended_with = await _asked(self._ended_with)
        assert ended_with == -signal.SIGKILL, f"it ended with {ended_with}"

    def _ended_with(self) -> int | None:
        return self.process.exitcode

    async def frozen(self) -> None:
        """Waits until it stands still."""

        async def still() -> bool:
            return self.is_frozen

        await eventually(still, _FOUND_DEAD)


@asynccontextmanager
async def working(told: Told, *, guarded: bool = True) -> AsyncIterator[Victim]:
    """A worker in a process of its own, killed at the end if it still lives."""
    process = _FORKS.Process(target=worker.run, args=(told,), kwargs={"guarded": guarded})
    try:
        await _asked(process.start)
        yield Victim(process)
    finally:
        await _asked(lambda: _end(process))


async def _asked(question: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_ASKER, question)


def _end(process: ForkServerProcess) -> None:
    if process.pid is not None:
        process.kill()
        process.join()
