"""One fault each: a worker is struck at a place, another takes over, then everything is counted."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from temporalio.client import WorkflowFailureError, WorkflowHistory

from services.chassis.failpoints import Planted
from tests.faults import ground as grounds
from tests.faults import victims
from tests.faults.ground import Ground, Round
from tests.faults.victims import Victim
from tests.service.dialling.office import eventually

PEOPLE = 12
HEARTBEAT_AND_MORE = 6.0
AT_ONCE = 5


@dataclass(frozen=True)
class Place:
    """A failpoint of the worker, and how many of its hits a round is sure to have."""

    name: str
    hits: int
    cancels: bool = False


PLACES = (
    Place("after_intent_commit", hits=5),
    Place("before_http", hits=5),
    Place("after_provider_accept_before_commit", hits=5),
    Place("after_commit_before_activity_return", hits=2),
    Place("after_outbox_insert", hits=2),
    Place("at_continue_as_new", hits=1),
    Place("in_cancel_cleanup", hits=1, cancels=True),
)


async def strike(ground: Ground, place: Place, action: str, nth: int) -> None:
    """Plants one fault into one campaign, and sees the campaign to its end."""
    round_ = await ground.round(PEOPLE)
    told = round_.armed(f"{place.name}:{action}@{nth}")
    async with victims.working(told) as victim:
        if place.cancels:
            await _cancelled_in_its_course(round_)
        await _ACTIONS[action](round_, victim)
    check = grounds.everybody_is_final if place.cancels else grounds.everybody_was_rung_once
    await check(round_)


async def strikes(ground: Ground, place: Place, actions: Iterable[str], seed: int) -> None:
    """Many faults at one place, a few at once, each at a hit that the seed chooses."""
    chance, free = random.Random(f"{seed}/{place.name}"), asyncio.Semaphore(AT_ONCE)

    async def one(action: str, nth: int) -> None:
        async with free:
            await strike(ground, place, action, nth)

    async with asyncio.TaskGroup() as group:
        for action in actions:
            group.create_task(one(action, chance.randint(1, place.hits)))


async def _kill(round_: Round, victim: Victim) -> None:
    await victim.killed()
    async with victims.working(round_.told):
        await _ended(round_)


async def _hang(round_: Round, victim: Victim) -> None:
    """A second worker is there at once; the frozen one is killed when it is found out."""
    await victim.frozen()
    async with victims.working(round_.told):
        await asyncio.sleep(HEARTBEAT_AND_MORE)
        victim.kill()
        await _ended(round_)


async def _raise(round_: Round, victim: Victim) -> None:
    """The same worker tries again."""
    await _ended(round_)
    assert await _failed(round_), "the fault was never met"


_ACTIONS: dict[str, Callable[[Round, Victim], Awaitable[None]]] = {
    "kill": _kill,
    "hang": _hang,
    "raise": _raise,
}


async def _cancelled_in_its_course(round_: Round) -> None:
    await eventually(lambda: round_.has_dialled(1), seconds=60)
    await round_.workflow.cancel()


async def _ended(round_: Round) -> None:
    async with asyncio.timeout(120):
        with suppress(WorkflowFailureError):
            await round_.workflow.result()


async def _failed(round_: Round) -> bool:
    """Whether any run of the workflow remembers the failure that was planted."""
    run_id = await _first_run(round_)
    while run_id:
        handle = round_.client.get_workflow_handle(round_.workflow.id, run_id=run_id)
        history = await handle.fetch_history()
        if Planted.__name__ in str(history.events):
            return True
        run_id = _next_run(history)
    return False


async def _first_run(round_: Round) -> str:
    described = await round_.workflow.describe()
    return described.raw_description.workflow_execution_info.first_run_id


def _next_run(history: WorkflowHistory) -> str:
    last = history.events[-1]
    return str(last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id)
