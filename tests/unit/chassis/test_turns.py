"""One tenant's many calls do not hold up another's."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest

from services.chassis import caller
from services.chassis.caller import Caller, Role
from services.chassis.errors import Exhausted
from services.chassis.ids import new_id
from services.chassis.interceptors import Rpc
from services.chassis.turns import Turns

NO_CONTEXT: Any = None
UNARY, STREAM = Rpc("/vio/Get", streaming=False), Rpc("/vio/Watch", streaming=True)
LOUD, QUIET = new_id(), new_id()


class Room:
    """Calls that are being worked on, each until it is let go."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.inside: list[str] = []

    def call(
        self, name: str, tenant_id: UUID, role: Role = Role.CLIENT_USER, rpc: Rpc = UNARY
    ) -> asyncio.Task[None]:
        return asyncio.create_task(self._work(name, Caller(tenant_id, new_id(), role), rpc))

    async def _work(self, name: str, who: Caller, rpc: Rpc) -> None:
        caller.current.set(who)
        async with self.turns.taken(rpc, NO_CONTEXT):
            self.inside.append(name)
            await asyncio.Event().wait()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await settled()


async def test_a_tenant_waits_for_itself_in_order_and_nobody_else_waits_for_it() -> None:
    room = Room(Turns(at_once=2))

    loud = [room.call(f"loud {number}", LOUD) for number in range(4)]
    await settled()
    quiet = room.call("quiet", QUIET)
    await settled()
    first = list(room.inside)
    await end(loud[0])
    second = list(room.inside)
    await end(*loud, quiet)

    assert first == ["loud 0", "loud 1", "quiet"]
    assert second == [*first, "loud 2"]
    assert room.turns.queues == {}


@pytest.mark.parametrize(
    ("role", "rpc"), [(Role.SERVICE, UNARY), (Role.CLIENT_USER, STREAM)], ids=["machine", "stream"]
)
async def test_machines_and_streams_take_no_turn(role: Role, rpc: Rpc) -> None:
    room = Room(Turns(at_once=1))

    calls = [room.call(f"{number}", LOUD, role, rpc) for number in range(3)]
    await settled()
    inside = list(room.inside)
    await end(*calls)

    assert inside == ["0", "1", "2"]


async def test_a_queue_beyond_sense_is_refused_by_its_length() -> None:
    room = Room(Turns(at_once=1, most_waiting=2))
    async with AsyncExitStack() as stack:
        calls = [room.call(f"{number}", LOUD) for number in range(3)]
        stack.push_async_callback(end, *calls)
        await settled()
        one_more = room.call("one more", LOUD)
        with pytest.raises(Exhausted) as refused:
            await one_more

    assert (refused.value.reason, refused.value.facts["limit"]) == ("TOO_MANY_AT_ONCE", "3")
    assert room.turns.queues == {}


async def test_who_gives_up_waiting_leaves_the_turn_to_the_next() -> None:
    room = Room(Turns(at_once=1))

    first, second, third = (room.call(name, LOUD) for name in ("first", "second", "third"))
    await settled()
    await end(second)
    await end(first)
    inside = list(room.inside)
    await end(third)

    assert inside == ["first", "third"]
