"""The change feed: nothing is lost, nothing is applied twice, one tenant can't stop another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import grpc
import httpx
import psycopg
import pytest
from prometheus_client import REGISTRY

from services.chassis import failpoints, feed, outbox, policy, server, status, tenants
from services.chassis.auth import Verifier
from services.chassis.caller import Caller, Role
from services.chassis.ids import new_id
from services.chassis.settings import Settings
from tests.support.databases import Databases
from tests.support.feeds import Follower, Source
from tests.support.issuer import Issuer
from vio.feed.v1 import feed_service_pb2 as pb
from vio.feed.v1.feed_service_pb2_grpc import (
    ChangeFeedServiceStub,
    add_ChangeFeedServiceServicer_to_server,
)

if TYPE_CHECKING:
    from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceAsyncStub as Stub


# Nobody else follows it: gauges are the process's, and other tests' followers live on in it.
SOURCE = "announcer"


@pytest.fixture(autouse=True)
def _no_failpoints() -> Iterator[None]:
    yield
    failpoints.arm("")


def consumer(stub: "Stub", follower: Follower, *, revisit: float = 60) -> feed.Consumer:
    return feed.Consumer(SOURCE, stub, follower.db, follower.apply, revisit=revisit)


def parked_tenants() -> float | None:
    return REGISTRY.get_sample_value("feed_parked_tenants", {"source": SOURCE})


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():
            await asyncio.sleep(0.02)


async def test_two_interleaved_writers_lose_no_event(
    pair: Databases, source: Source, stub: "Stub", follower: Follower
) -> None:
    """T-FEED-1: the first writer's row has the lower number and commits last; 100 repeats."""
    tenant_id = await source.tenant()
    expected: list[str] = []
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
        for turn in range(100):
            async with source.db.transaction(Caller.service(tenant_id)) as tx:
                await outbox.append(tx, f"late {turn}")
                await source.announce(tenant_id, f"early {turn}")
                await asyncio.sleep(0.005)
            expected += [f"late {turn}", f"early {turn}"]

        async def complete() -> bool:
            return len(await follower.notes(tenant_id)) >= len(expected)

        await until(complete)

    assert sorted(await follower.notes(tenant_id)) == sorted(expected)


async def test_an_event_behind_an_open_writer_is_held_back_and_then_given(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant()
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
        async with source.db.transaction(Caller.service(tenant_id)) as tx:
            await outbox.append(tx, "first")
            await source.announce(tenant_id, "second")
            await asyncio.sleep(0.3)
            held = await follower.notes(tenant_id)

        async def both() -> bool:
            return len(await follower.notes(tenant_id)) == 2

        await until(both)

    assert held == []
    assert await follower.notes(tenant_id) == ["first", "second"]


async def test_the_listing_is_followed_by_what_happened_since(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant("one", "two")
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
        await source.announce(tenant_id, "three")

        async def three() -> bool:
            return len(await follower.notes(tenant_id)) == 3

        await until(three)

    assert await follower.notes(tenant_id) == ["one", "two", "three"]


@pytest.mark.parametrize("place", ["after_feed_apply_before_ack", "after_feed_ack"])
async def test_a_consumer_that_fails_around_the_commit_applies_once(
    source: Source, stub: "Stub", follower: Follower, place: str
) -> None:
    """Between apply and acknowledge stands one commit, of both or of none."""
    tenant_id = await source.tenant("listed")
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
    await source.announce(tenant_id, "once", "only")

    failpoints.arm(f"{place}:raise")
    async with consumer(stub, follower).running() as second:

        async def done() -> bool:
            return second.caught_up and len(await follower.notes(tenant_id)) >= 3

        await until(done)

    assert await follower.notes(tenant_id) == ["listed", "once", "only"]


async def test_a_consumer_goes_on_where_it_stopped(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant("listed")
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
    for number in range(1200):
        await source.announce(tenant_id, str(number))

    async with consumer(stub, follower).running():

        async def done() -> bool:
            return len(await follower.notes(tenant_id)) == 1201

        await until(done)

    assert await follower.notes(tenant_id) == ["listed", *map(str, range(1200))]


async def test_two_consumers_of_one_context_apply_once(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant()
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
    async with consumer(stub, follower).running(), consumer(stub, follower).running():
        for number in range(50):
            await source.announce(tenant_id, str(number))

        async def done() -> bool:
            return len(await follower.notes(tenant_id)) >= 50

        await until(done)
        await asyncio.sleep(0.2)

    assert await follower.notes(tenant_id) == [str(number) for number in range(50)]


async def test_a_change_that_always_fails_parks_its_tenant_only(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    ill, well = await source.tenant(), await source.tenant()
    follower.faults.add("poison")
    async with consumer(stub, follower).running() as following:
        await until(follower.is_listed)
        await source.announce(ill, "before", "poison", "after")
        await source.announce(well, "fine")
        await source.announce(ill, "later")
        await source.announce(well, "still fine")

        async def passed() -> bool:
            noted = await follower.notes(well)
            return len(noted) == 2 and parked_tenants() == 1 and following.caught_up

        await until(passed)

    assert await follower.notes(well) == ["fine", "still fine"]
    assert await follower.notes(ill) == ["before"]
    assert [following.is_fresh_for(each) for each in (ill, well)] == [False, True]


async def test_a_run_that_fails_is_repeated_change_by_change(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant()
    follower.faults.add("poison")
    following = consumer(stub, follower)
    in_runs = feed.Consumer(SOURCE, stub, follower.db, follower.apply, follower.apply_run)
    async with following.running():
        await until(follower.is_listed)
    await source.announce(tenant_id, "one", "two", "poison", "four")

    async with in_runs.running():

        async def done() -> bool:
            return len(await follower.notes(tenant_id)) == 2

        await until(done)

    assert follower.runs[0] == 4
    assert await follower.notes(tenant_id) == ["one", "two"]


async def test_a_parked_tenant_catches_up_in_order_once_the_fault_is_mended(
    source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant()
    follower.faults.add("poison")
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
        await source.announce(tenant_id, "before", "poison", "after")

        async def parked() -> bool:
            return parked_tenants() == 1

        await until(parked)
    follower.faults.clear()

    async with consumer(stub, follower, revisit=0).running():

        async def done() -> bool:
            return len(await follower.notes(tenant_id)) == 3

        await until(done)
        await source.announce(tenant_id, "new")

        async def new() -> bool:
            return len(await follower.notes(tenant_id)) == 4

        await until(new)

    assert await follower.notes(tenant_id) == ["before", "poison", "after", "new"]


async def test_a_cursor_of_another_database_is_refused(source: Source, stub: "Stub") -> None:
    call = stub.Watch(pb.WatchRequest(cursor="0123456789abcdef/5/7"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anext(aiter(call))

    assert status.of_error(refused.value).reason == "FEED_GENERATION_CHANGED"


async def test_a_cursor_that_is_none_is_refused(stub: "Stub") -> None:
    call = stub.Watch(pb.WatchRequest(cursor="yesterday"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anext(aiter(call))

    assert status.of_error(refused.value).reason == "INVALID_CURSOR"


async def test_a_consumer_lists_again_after_a_restore(
    pair: Databases, source: Source, stub: "Stub", follower: Follower
) -> None:
    tenant_id = await source.tenant("listed")
    async with consumer(stub, follower).running():
        await until(follower.is_listed)
    with psycopg.connect(pair.url("campaigns")) as connection:
        connection.execute("update feed_positions set cursor = 'before-the-restore/9/9'")

    async with consumer(stub, follower).running() as second:

        async def fresh() -> bool:
            return second.caught_up

        await until(fresh)

    assert await follower.notes(tenant_id) == ["listed", "listed"]


async def test_the_lag_is_endless_until_the_source_answers(
    source: Source, follower: Follower
) -> None:
    async with source.served() as stub:
        unheard = consumer(stub, follower)
        before = (unheard.lag(), unheard.caught_up)
        async with unheard.running():

            async def heard() -> bool:
                return unheard.caught_up

            await until(heard)

    assert before == (float("inf"), False)
    assert unheard.lag() < 10


async def test_a_listing_gives_every_tenant_once_however_many_there_are(
    source: Source, stub: "Stub"
) -> None:
    """Their ids are read a hundred at a time."""
    made = [await source.tenant("known") for _ in range(2 * tenants.AT_ONCE + 1)]

    listed = [
        event.tenant_id async for page in stub.List(pb.ListRequest()) for event in page.events
    ]

    assert sorted(listed) == sorted(map(str, source.history))
    assert set(map(str, made)) <= set(listed)


async def test_an_open_writer_counts_as_lag_and_is_named(
    pair: Databases, source: Source, stub: "Stub", follower: Follower
) -> None:
    """Even a writer that announces nothing holds the feed back."""
    tenant_id = new_id()
    following = consumer(stub, follower)
    async with following.running():
        async with source.db.transaction(Caller.service(tenant_id)) as tx:
            await outbox.append(tx, "unseen")

            async def is_named() -> bool:
                is_held = 1 < following.lag() < float("inf")
                return is_held and any(name.startswith("groups ") for name in _holders())

            await until(is_named)

        async def fresh() -> bool:
            return following.lag() < 1

        await until(fresh)


async def test_a_server_that_closes_waits_for_no_watcher(
    source: Source, follower: Follower, issuer: Issuer
) -> None:
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)
    machine = issuer.person(Role.SERVICE, None, "campaigns")
    served = feed.ChangeFeed(source.db, source.listed)

    def register(to: grpc.aio.Server) -> list[str]:
        add_ChangeFeedServiceServicer_to_server(served, to)
        return ["vio.feed.v1.ChangeFeedService"]

    async with httpx.AsyncClient() as http:
        running = server.running(
            "127.0.0.1:0", register, policy.FEED, Verifier(settings, http), with_reflection=False
        )
        port = await running.__aenter__()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = ChangeFeedServiceStub(channel)
            listed = [each async for each in stub.List(pb.ListRequest(), metadata=machine.metadata)]
            watching = stub.Watch(
                pb.WatchRequest(cursor=listed[-1].cursor), metadata=machine.metadata
            )
            await anext(aiter(watching))

            async with asyncio.timeout(8):
                await running.__aexit__(None, None, None)

            assert await watching.code() is grpc.StatusCode.OK


def _holders() -> list[str]:
    """Whose open transactions are named as those that hold a feed back."""
    return [
        sample.labels["oldest_transaction"]
        for metric in REGISTRY.collect()
        if metric.name == "feed_held_seconds"
        for sample in metric.samples
    ]
