"""Noise, broken messages and bad values, sent to every RPC over real connections."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor

from tests.fuzz import contracts
from tests.fuzz.hostile import Maker
from tests.fuzz.house import SWELLING, Health, House
from tests.fuzz.probe import probing
from tests.fuzz.swelling import SWOLLEN_BY

SEED = 20261126
METHODS = contracts.methods()
AT_ONCE = 8
PATIENCE = 10.0
# Pools, caches and heaps fill with the first requests of any kind.
WARM_UP = 250
BROKEN = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.UNIMPLEMENTED,
}
Record = Callable[[str, object], None]


def is_broken(method: str, code: grpc.StatusCode) -> bool:
    """Whether no request may get this answer; only a stream may last longer than its reader."""
    too_late = code is grpc.StatusCode.DEADLINE_EXCEEDED and not METHODS[method].server_streaming
    return too_late or code in BROKEN


async def ask(
    house: House, method: str, content: bytes, bearer: str | None, patience: float = PATIENCE
) -> tuple[grpc.StatusCode, str]:
    """Sends bytes as they are, and gives the code that came back with its words."""
    described = METHODS[method]
    call = _shape(house.channels[method.split(".")[1]], described)(method)
    metadata = () if bearer is None else (("authorization", f"Bearer {bearer}"),)
    sent: Any = iter([content]) if described.client_streaming else content
    answer: Any = call(sent, metadata=metadata, timeout=patience)
    try:
        await (answer.read() if described.server_streaming else answer)
    except grpc.aio.AioRpcError as error:
        return error.code(), str(error.details())
    finally:
        answer.cancel()
    return grpc.StatusCode.OK, ""


def _shape(channel: grpc.aio.Channel, described: MethodDescriptor) -> Any:
    return {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
    }[described.client_streaming, described.server_streaming]


async def attack(
    house: House,
    orders: Sequence[tuple[str, bytes]],
    *,
    with_token: bool,
    patience: float = PATIENCE,
) -> Counter[grpc.StatusCode]:
    """Sends them a few at a time; fails on answers that no request may get, one example of each."""
    codes: Counter[grpc.StatusCode] = Counter()
    broken: dict[Any, str] = {}
    waiting = iter(orders)

    async def send() -> None:
        for method, content in waiting:
            bearer = house.tokens[contracts.asker(method)] if with_token else None
            code, words = await ask(house, method, content, bearer, patience)
            codes[code] += 1
            if is_broken(method, code):
                broken[method, code.name, words.partition("(")[0]] = content[:100].hex()

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    assert not broken, broken
    return codes


def orders(house: House, count: int, seed: int) -> list[tuple[str, bytes]]:
    """So many requests, every method asked equally often."""
    maker = Maker(Random(seed), house.things)
    names = sorted(METHODS)
    chosen = [names[at % len(names)] for at in range(count)]
    return [(name, maker.request(METHODS[name].input_type)) for name in chosen]


async def _bombard(house: House, count: int, record: Record) -> float:
    await attack(house, orders(house, WARM_UP, SEED - 1), with_token=True)
    before = Health.of(house)
    async with probing(house.api()) as probe:
        codes = await attack(house, orders(house, count, SEED), with_token=True)
        refused = await attack(house, orders(house, count // 10, SEED + 1), with_token=False)
    record("seed", SEED)
    record("requests", sum(codes.values()) + sum(refused.values()))
    record("codes", {code.name: number for code, number in sorted(codes.items(), key=str)})
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    assert set(refused) <= {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED}
    before.require_unharmed()
    return probe.p99


@pytest.mark.timeout(300)
async def test_hostile_messages_are_refused_and_break_nothing(
    house: House, record_property: Record
) -> None:
    """Every RPC refuses noise, broken messages and bad values, and no process minds them."""
    await _bombard(house, 600, record_property)


async def test_a_bug_in_a_log_and_memory_that_was_needed_for_a_moment_are_seen(
    house: House,
) -> None:
    """The checks that follow every attack turn red on a logged bug and on a peak of memory."""
    before = Health.of(house)
    os.kill(house.pids()[SWELLING], signal.SIGUSR1)
    await asyncio.sleep(1)
    with pytest.raises(AssertionError, match=SWELLING):
        before.require_unharmed()
    assert before.growth()[SWELLING] > SWOLLEN_BY * 0.9
    Health.of(house).require_unharmed(most=SWOLLEN_BY / 2)

    house.lines.append(("groups", '{"event": "bug"}'))
    with pytest.raises(AssertionError, match="bug"):
        before.require_unharmed()
    house.lines.pop()


async def test_a_service_that_answers_too_late_is_seen(house: House) -> None:
    """An attack turns red on a service that lets its callers wait in vain."""
    method, pid = "/vio.groups.v1.GroupService/ListGroups", house.pids()["groups"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(AssertionError, match="DEADLINE_EXCEEDED"):
            await attack(house, [(method, b"")], with_token=True, patience=1.0)
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.verify
@pytest.mark.timeout(600)
async def test_thousands_of_hostile_messages_break_nothing(
    house: House, record_property: Record
) -> None:
    """5,500 hostile messages cause no bug and no restart, and healthy clients are served."""
    p99 = await _bombard(house, 5_000, record_property)

    assert p99 < 500
