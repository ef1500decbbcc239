"""A calling desk for tests of the workflow: our own activities, with a telephone that tells all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from temporalio import activity
from temporalio.client import WorkflowHandle

from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import (
    Dialled,
    Mark,
    Prepared,
    Ref,
    Rest,
    Run,
    Settle,
    Settled,
)

Handle = WorkflowHandle[BulkCall, Run]
Start = Callable[[], Awaitable[Handle]]

NOW = Rest()
_PATIENCE = 0.02


@dataclass
class Desk:
    """Rings `people` five at a time; what it answers between batches can be chosen."""

    people: int = 20
    prepared: Rest = NOW
    between: Callable[[int], Rest] = lambda batch: NOW
    line_open: asyncio.Event = field(default_factory=asyncio.Event)
    ringing: asyncio.Event = field(default_factory=asyncio.Event)
    rung: list[int] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    asked: int = 0
    row: str = "running"
    faulty_settles: int = 0

    def __post_init__(self) -> None:
        self.line_open.set()

    @property
    def activities(self) -> list[Callable[..., object]]:
        return [self.prepare, self.dial, self.mark, self.settle]

    @activity.defn(name="prepare")
    async def prepare(self, ref: Ref) -> Prepared:
        return Prepared(self.people, self.prepared)

    @activity.defn(name="dial")
    async def dial(self, ref: Ref) -> Dialled:
        self.asked += 1
        if self.row == "paused":
            return Dialled(left=True, rest=Rest(600, "paused", "paused by a person"))
        batch = list(range(len(self.rung), min(len(self.rung) + 5, self.people)))
        self.rung += batch
        self.ringing.set()
        while not self.line_open.is_set():
            activity.heartbeat()
            await asyncio.sleep(_PATIENCE)
        left = len(self.rung) < self.people
        return Dialled(left, len(batch), len(self.rung), rest=self.between(len(self.rung) // 5))

    @activity.defn(name="mark")
    async def mark(self, wish: Mark) -> None:
        self.row = wish.state
        self.states.append(wish.state)

    @activity.defn(name="settle")
    async def settle(self, settle: Settle) -> Settled:
        if self.faulty_settles:
            self.faulty_settles -= 1
            return Settled(done=False, rest=Rest(0.01, "cancelling", "calls in hand"))
        self.row = settle.verdict
        self.states.append(settle.verdict)
        return Settled(done=True, state=settle.verdict)
