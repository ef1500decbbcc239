"""Noise, broken messages and bad values, sent to every RPC over real connections."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from random import Random
from typing import Any

import grpc
import pytest

from tests.fuzz import contracts
from tests.fuzz.asking import DOORS, METHODS, PATIENCE, ask
from tests.fuzz.contracts import Door
from tests.fuzz.hostile import Maker
from tests.fuzz.house import SWELLING, Health, House
from tests.fuzz.probe import probing
from tests.fuzz.swelling import SWOLLEN_BY

SEED = 20261126
AT_ONCE = 8
BROKEN = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.UNIMPLEMENTED,
}
ROUNDS = 20
NEVER_SERVED = {
    # A file needs two messages.
    "/vio.groups.v1.ImportService/ImportContacts",
    # A feed goes on from a place that is its own.
    "/vio.feed.v1.ChangeFeedService/Watch",
    # The campaign of the house is over.
    "/vio.campaigns.v1.CampaignService/CancelCampaign",
    "/vio.campaigns.v1.CampaignService/PauseCampaign",
    "/vio.campaigns.v1.CampaignService/ResumeCampaign",
    # `SetContactGroups` takes the one contact out of all groups but one.
    "/vio.campaigns.v1.CampaignService/LaunchCampaign",
    "/vio.groups.v1.MemberService/RemoveMember",
}
Order = tuple[Door, bytes]
Record = Callable[[str, object], None]


def is_broken(method: str, code: grpc.StatusCode) -> bool:
    """Whether no request may get this answer; only a stream may last longer than its reader."""
    too_late = code is grpc.StatusCode.DEADLINE_EXCEEDED and not METHODS[method].server_streaming
    return too_late or code in BROKEN


async def attack(
    house: House,
    orders: Sequence[Order],
    *,
    with_token: bool,
    patience: float = PATIENCE,
) -> Counter[grpc.StatusCode]:
    """Sends them a few at a time; fails on answers that no request may get, one example of each."""
    codes: Counter[grpc.StatusCode] = Counter()
    broken: dict[Any, str] = {}
    waiting = iter(orders)

    async def send() -> None:
        for door, content in waiting:
            bearer = house.tokens[contracts.asker(door[1])] if with_token else None
            answer = await ask(house, door, content, bearer, patience)
            codes[answer.code] += 1
            if is_broken(door[1], answer.code):
                seen = door, answer.code.name, answer.words.partition("(")[0]
                broken[seen] = content[:100].hex()

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    assert not broken, broken
    return codes


def orders(house: House, count: int, seed: int) -> list[Order]:
    """So many requests, every method asked equally often."""
    maker = Maker(Random(seed), house.known())
    doors = islice(cycle(DOORS), count)
    return [(door, maker.request(METHODS[door[1]].input_type)) for door in doors]


async def _bombard(house: House, count: int, record: Record) -> float:
    """Pools, caches and heaps fill with the first third, which is not measured."""
    await attack(house, orders(house, count // 3, SEED - 1), with_token=True)
    known, nobodys = orders(house, count, SEED), orders(house, count // 10, SEED + 1)
    before = Health.of(house)
    async with probing(house.api()) as probe:
        codes = await attack(house, known, with_token=True)
        refused = await attack(house, nobodys, with_token=False)
    record("seed", SEED)
    record("requests", sum(codes.values()) + sum(refused.values()))
    record("codes", {code.name: number for code, number in sorted(codes.items(), key=str)})
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    assert set(refused) <= {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED}
    before.require_unharmed()
    return probe.p99


async def test_hostile_messages_are_refused_and_break_nothing(
    house: House, record_property: Record
) -> None:
    """Every RPC refuses noise, broken messages and bad values, and no process minds them."""
    await _bombard(house, 600, record_property)


@pytest.mark.verify
async def test_what_hostile_messages_are_made_from_is_let_in(house: House) -> None:
    """The control: every RPC does what it is asked for by some message before it is spoilt."""
    maker, served = Maker(Random(SEED), house.known()), set[Door]()
    for door in DOORS * ROUNDS:
        content = maker.valid(METHODS[door[1]].input_type).SerializeToString()
        answer = await ask(house, door, content, house.tokens[contracts.asker(door[1])])
        assert not is_broken(door[1], answer.code), (door, answer)
        if answer.code is grpc.StatusCode.OK:
            served.add(door)

    assert {method for _, method in set(DOORS) - served} <= NEVER_SERVED


async def test_a_bug_in_a_log_and_memory_that_was_needed_for_a_moment_are_seen(
    house: House,
) -> None:
    """The checks that follow every attack turn red on a logged bug and on a peak of memory."""
    before = Health.of(house)
    os.kill(house.pids()[SWELLING], signal.SIGUSR1)
    async with asyncio.timeout(20):
        while before.growth()[SWELLING] <= SWOLLEN_BY * 0.9:
            await asyncio.sleep(0.1)
    with pytest.raises(AssertionError, match=SWELLING):
        before.require_unharmed()
    Health.of(house).require_unharmed(most=SWOLLEN_BY / 2)

    house.lines.append(("groups", '{"event": "bug"}'))
    with pytest.raises(AssertionError, match="bug"):
        before.require_unharmed()
    house.lines.pop()


async def test_a_service_that_answers_too_late_is_seen(house: House) -> None:
    """An attack turns red on a service that lets its callers wait in vain."""
    door, pid = ("groups", "/vio.groups.v1.GroupService/ListGroups"), house.pids()["groups"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(AssertionError, match="DEADLINE_EXCEEDED"):
            await attack(house, [(door, b"")], with_token=True, patience=1.0)
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.verify
async def test_thousands_of_hostile_messages_break_nothing(
    house: House, record_property: Record
) -> None:
    """5,500 hostile messages cause no bug and no restart, and healthy clients are served."""
    p99 = await _bombard(house, 5_000, record_property)

    assert p99 < 500
