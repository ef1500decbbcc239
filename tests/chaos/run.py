"""A run: seed, workload and nemesis, heal, come to rest, read everything, judge."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from services.chassis.clock import Clock
from tests.chaos import collecting, likeness, lines, seeding, world
from tests.chaos.callers import Desk
from tests.chaos.clients import History
from tests.chaos.evidence import Dial, Evidence
from tests.chaos.nemesis import Nemesis, Struck
from tests.chaos.operators import Operator
from tests.chaos.seeding import Office
from tests.chaos.serving import Witness
from tests.chaos.staff import Clerk
from tests.chaos.world import KILLED, World
from tests.support.canaries import Canaries

REST_WITHIN = 60.0
_CLERKS = 2
_LOOK = 0.5
_FEW = 20


@dataclass(slots=True)
class Run:
    """A run, and how long each of its phases took."""

    seed: int
    world: World
    history: History
    offices: Sequence[Office]
    clerks: Sequence[Clerk]
    desks: Sequence[Desk]
    operator: Operator
    phases: dict[str, float] = field(default_factory=dict)
    struck: list[Struck] = field(default_factory=list)

    @staticmethod
    def of(seed: int, opened: World, history: History, offices: Sequence[Office]) -> "Run":
        clock = Clock.load(opened.settings.clock_file)
        clerks = [
            Clerk(office, name, Random(f"{name} {seed}"))
            for office in offices
            for name in (f"{office.business.admin} {number}" for number in range(_CLERKS))
        ]
        desks = [
            Desk(office, Random(f"{office.business.admin} {seed}"), clock) for office in offices
        ]
        operator = Operator(_engine(opened), Random(f"operator {seed}"))
        return Run(seed, opened, history, offices, clerks, desks, operator)

    @asynccontextmanager
    async def phase(self, name: str) -> AsyncIterator[None]:
        begun = time.monotonic()
        yield
        self.phases[name] = round(time.monotonic() - begun, 1)

    async def suffer(self, seconds: float) -> None:
        """Everybody works while everything goes wrong, until every part was killed; then heals."""
        stop = asyncio.Event()
        witness = Witness.of(self.world, self.offices[0].admin)
        nemesis = Nemesis(self.world, self.seed, witness, self.struck)
        async with asyncio.TaskGroup() as group:
            for clerk in self.clerks:
                group.create_task(clerk.work(stop))
            for desk in self.desks:
                group.create_task(desk.launch(stop))
                group.create_task(desk.meddle(stop))
            group.create_task(self.operator.meddle(stop))
            faults = [
                group.create_task(nemesis.parts(stop)),
                group.create_task(nemesis.provider(stop)),
            ]
            await asyncio.sleep(seconds)
            while not self._has_killed_all():
                await asyncio.sleep(_LOOK)
            stop.set()
            await asyncio.wait(faults)
            await self.world.heal()

    async def rest(self) -> tuple[str, ...]:
        """Waits until nothing moves any more; what still does after a minute."""
        until = time.monotonic() + REST_WITHIN
        while left := await self._moving():
            if time.monotonic() > until:
                return tuple(left)
            for desk in self.desks:
                await desk.tidy()
            await asyncio.sleep(_LOOK)
        return ()

    async def evidence(self, unfinished: tuple[str, ...]) -> Evidence:
        """Reads everything that was left behind, once."""
        settings = self.world.settings
        ledger = await self.world.ledger()
        ended = await collecting.ends(settings.simulator, self.world.stack.secrets.retell)
        async with await psycopg.AsyncConnection.connect(self.world.backup_url) as connection:
            unlike = await likeness.unlike(connection)
        dials = collecting.dials(ledger, ended)
        return Evidence(
            dials=dials,
            asked=collecting.asked(ledger),
            workflows=await collecting.workflows(_engine(self.world)),
            ended_by_hand=frozenset(self.operator.ended),
            expected=self._promised(),
            launched=frozenset(each for desk in self.desks for each in desk.campaigns),
            listed=await self._listed(),
            samples=tuple(each for desk in self.desks for each in desk.samples),
            cancels=tuple(each for desk in self.desks for each in desk.cancels),
            suppressions=tuple(each for desk in self.desks for each in desk.suppressions),
            revocations=tuple(each for desk in self.desks for each in desk.revocations),
            unequal_replies=(
                *(each for clerk in self.clerks for each in clerk.unequal),
                *(each for desk in self.desks for each in desk.unequal),
            ),
            surprises=(*self.history.surprises, *lines.errors(self.world.lines)),
            leaks=(
                *self.history.leaks,
                *lines.leaks(self.world.lines, settings.state, self._canaries(dials)),
            ),
            unlike=unlike,
            unfinished=unfinished,
            **await collecting.tables(self.world.backup_url),
        )

    async def close(self) -> None:
        """Everybody goes home."""
        for desk in self.desks:
            await desk.close()
        for office in self.offices:
            await asyncio.gather(office.admin.http.aclose(), office.user.http.aclose())

    def _canaries(self, dials: Sequence[Dial]) -> Canaries:
        """Everybody's family name, and the numbers of some who were rung."""
        names = [office.business.canary for office in self.offices]
        return Canaries([*names, *sorted({dial.phone for dial in dials})[::_FEW]])

    def _has_killed_all(self) -> bool:
        return {f"kill {part}" for part in KILLED} <= {each.strike.name for each in self.struck}

    def _promised(self) -> dict[UUID, frozenset[UUID]]:
        return {
            group: frozenset(people)
            for clerk in self.clerks
            for group, people in clerk.promised.items()
        }

    async def _listed(self) -> dict[UUID, int]:
        """How many members each group that clerks kept has, as its list tells."""
        totals: dict[UUID, int] = {}
        for clerk in self.clerks:
            for group in clerk.names:
                page = await clerk.office.admin.ask(f"/groups/{group}/members", page_size=1)
                totals[group] = page["pagination"]["total_members"] if page else -1
        return totals

    async def _moving(self) -> list[str]:
        async with await psycopg.AsyncConnection.connect(self.world.backup_url) as connection:
            rows = await connection.execute(_UNFINISHED)
            campaigns = [
                f"campaign {campaign} is {state}" for campaign, state in await rows.fetchall()
            ]
            return campaigns + await likeness.behind(connection)


def _engine(opened: World) -> str:
    """Where operators find Temporal, whatever the weather between the parts."""
    return f"127.0.0.1:{opened.settings.ports.temporal}"


_UNFINISHED = b"""
select id, state from campaigns.campaigns where state not in
    ('completed', 'completed_with_issues', 'cancelled', 'failed', 'expired')
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run was, and what it left behind."""

    run: Run
    evidence: Evidence


async def run(seed: int, seconds: float, folder: Path, **planted: Any) -> Ended:
    """Runs everything in the folder, which its parts' users can reach."""
    history = History(folder / "history.jsonl")
    begun = time.monotonic()
    async with world.opened(folder, **planted) as opened:
        offices = await seeding.offices(opened, history)
        going = Run.of(seed, opened, history, offices)
        going.phases["start"] = round(time.monotonic() - begun, 1)
        try:
            async with going.phase("chaos"):
                await going.suffer(seconds)
            async with going.phase("rest"):
                unfinished = await going.rest()
            async with going.phase("reading"):
                evidence = await going.evidence(unfinished)
        finally:
            await going.close()
            (folder / "lines.log").write_text("\n".join(opened.lines))
    return Ended(going, evidence)
