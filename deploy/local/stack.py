"""Runs a whole local stack: in order, watched, restarted where it crashes, stopped as one."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from deploy.local import free_ports, lines
from deploy.local import parts as table
from deploy.local.child import Child
from deploy.local.errors import CannotStart
from deploy.local.parts import Part
from deploy.local.postgres import Cluster
from deploy.local.settings import DATABASE, ROOT, Secrets, StackSettings
from services.chassis.clock import Clock

_LOOK = 0.05
_LONGEST_PAUSE = 1.6
# Who ran this long before a crash is not said to keep crashing.
_STEADY = 60.0

Result = TypeVar("Result")


@dataclass(slots=True)
class Stack:
    """The processes of one stack.

    `commands` replaces the command of a part, `extra` adds to its environment, `patience` is
    how long a part may take until it is ready, and `restarts` is how often a crashed part is
    started again before everything is given up.
    """

    settings: StackSettings
    say: Callable[[str, str], None] = lines.write_line
    only: Collection[str] = table.NAMES
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    patience: float = 60.0
    restarts: int = 5
    children: dict[str, Child] = field(default_factory=dict)
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    _watching: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.settings.state / "postgres", self.settings.ports.postgres)

    @property
    def secrets(self) -> Secrets:
        return Secrets.kept(self.settings.state)

    async def start(self) -> None:
        """Starts every part once what it needs is ready; raises if one can't be used."""
        self._prepare_state()
        chosen = [self._adapted(part) for part in self._table() if part.name in self.only]
        free_ports.require(chosen)
        ready: dict[str, asyncio.Event] = {part.name: asyncio.Event() for part in chosen}
        async with asyncio.TaskGroup() as group:
            for part in chosen:
                group.create_task(self._bring_up(part, ready))

    async def stop(self) -> None:
        """Stops everything, each part once those that need it have ended."""
        self._stopping = True
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        gone = {name: asyncio.Event() for name in self.children}
        await asyncio.gather(*(self._take_down(child, gone) for child in self.children.values()))

    async def until_ready(self, name: str) -> None:
        """Waits until a part that was started can be used, again."""
        await self._until_ready(next(part for part in self._table() if part.name == name))

    async def unless_broken(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What the work gives; it is given up once a part keeps crashing."""
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._refuse_when_broken())
            result = await work
            watching.cancel()
        return result

    def _prepare_state(self) -> None:
        state = self.settings.state
        state.mkdir(parents=True, exist_ok=True)
        Clock.start(
            self.settings.clock_file,
            virtual_origin=self.settings.virtual_origin,
            scale=self.settings.scale,
        )
        Secrets.kept(state)
        if "postgres" in self.only:
            self.cluster.initialise_if_new()

    def _table(self) -> list[Part]:
        return table.parts(self.settings, self.cluster, self.secrets)

    def _adapted(self, part: Part) -> Part:
        command = self.commands.get(part.name, part.command)
        environment = {**part.environment, **self.extra.get(part.name, {})}
        return replace(part, command=command, environment=environment)

    def _environment(self) -> dict[str, str]:
        path = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "/")}
        python = {"PYTHONUNBUFFERED": "1", "PYTHONPATH": f"{ROOT}:{ROOT / 'build' / 'proto'}"}
        return {**path, **python, **table.shared_environment(self.settings, self.secrets)}

    async def _refuse_when_broken(self) -> None:
        await self.broken.wait()
        raise CannotStart("A part kept crashing; its last lines say why.")

    async def _bring_up(self, part: Part, ready: Mapping[str, asyncio.Event]) -> None:
        for need in part.needs:
            if need in ready:
                await ready[need].wait()
        self.children[part.name] = await Child.start(part, self._environment(), self.say)
        await self._until_ready(part)
        if part.name == "postgres":
            await asyncio.to_thread(self._prepare_database)
        self.say(part.name, "ready")
        ready[part.name].set()
        self._watching.append(asyncio.create_task(self._watch(part)))

    async def _take_down(self, child: Child, gone: Mapping[str, asyncio.Event]) -> None:
        for name, other in self.children.items():
            if child.part.name in other.part.needs:
                await gone[name].wait()
        try:
            await child.stop()
        finally:
            gone[child.part.name].set()

    async def _until_ready(self, part: Part) -> None:
        try:
            async with asyncio.timeout(self.patience):
                while not await part.ready():
                    if not self.children[part.name].is_running:
                        raise CannotStart(f"{part.name} ended before it was ready; see its lines.")
                    await asyncio.sleep(_LOOK)
        except TimeoutError as error:
            raise CannotStart(
                f"{part.name} was not ready within {self.patience:.0f} seconds."
            ) from error

    async def _watch(self, part: Part) -> None:
        """Starts a crashed part again, a little later each time; gives up if it keeps crashing."""
        again = 0
        while not self.broken.is_set():
            begun, child = time.monotonic(), self.children[part.name]
            code = await child.ended()
            if self._stopping or self.children.get(part.name) is not child:
                return
            again = 1 if time.monotonic() - begun > _STEADY else again + 1
            await self._mend(part, code, again)

    async def _mend(self, part: Part, code: int, again: int) -> None:
        if again > self.restarts:
            self.say(part.name, f"ended with {code} and keeps crashing; everything is stopped")
            self.broken.set()
            return
        self.say(part.name, f"ended with {code} and is started again ({again})")
        await asyncio.sleep(min(0.1 * 2 ** (again - 1), _LONGEST_PAUSE))
        self.children[part.name] = await Child.start(part, self._environment(), self.say)

    def _prepare_database(self) -> None:
        """Roles first, then every context's migrations."""
        if not self.cluster.has_database(DATABASE):
            self.cluster.create_database(DATABASE)
        else:
            self.cluster.make_roles(DATABASE)
        contexts = [name for name in table.CONTEXTS if name in self.only]
        environment = self._environment()
        for name in contexts:
            environment |= table.database_environment(name, self.cluster)
        done = subprocess.run(
            [sys.executable, "-m", "services.chassis.migrate", *contexts],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"The migrations failed:\n{done.stderr.strip()}")


@asynccontextmanager
async def running(stack: Stack) -> AsyncIterator[Stack]:
    """The stack, ready to use; whatever happens inside, nothing of it stays behind."""
    try:
        await stack.start()
        yield stack
    except BaseExceptionGroup as group:
        raise _first(group) from group
    finally:
        await stack.stop()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
