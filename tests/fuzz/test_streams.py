"""Streams in numbers, streams that nobody reads, and a neighbour who takes all there is."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import grpc
import httpx
import psycopg
import pytest

from deploy.local.settings import DATABASE
from tests.fuzz.house import Health, House, narrow_channel
from tests.fuzz.probe import probing
from tests.fuzz.resets import reset_streams
from vio.campaigns.v1 import campaign_service_pb2 as campaigns
from vio.feed.v1 import feed_service_pb2 as feed

WATCH = "/vio.campaigns.v1.CampaignService/WatchCampaign"
LIST_GROUPS = "/vio.groups.v1.GroupService/ListGroups"
LIST = "/vio.feed.v1.ChangeFeedService/List"
_IDLE = "select pid, xact_start from pg_stat_activity where state like 'idle in transaction%'"
_LOOKS = 5


@pytest.fixture
async def machine(house: House) -> AsyncIterator[Any]:
    """Opens streams with a machine's token; all of them are cancelled in the end."""
    metadata = (("authorization", f"Bearer {house.tokens['machine']}"),)
    opened: list[Any] = []

    def open_stream(channel: grpc.aio.Channel, method: str, content: bytes) -> Any:
        call: Any = channel.unary_stream(method)
        opened.append(call(content, metadata=metadata))
        return opened[-1]

    yield open_stream
    for each in opened:
        each.cancel()


async def test_many_watchers_are_served_and_leave_no_trace(
    house: House, record_property: Any
) -> None:
    """Watchers of one campaign share one upstream; when they leave, nothing is held for them."""
    await _watched(house, record_property, 50)


@pytest.mark.verify
async def test_a_thousand_watchers_are_served(house: House, record_property: Any) -> None:
    """1,000 streams of one campaign's progress are open at once, and a healthy client is served."""
    p99 = await _watched(house, record_property, 1_000)

    assert p99 < 500


async def _watched(house: House, record: Any, watchers: int) -> float:
    before = Health.of(house)
    headers = {"authorization": f"Bearer {house.tokens['clinic-admin']}"}
    url = f"{house.settings.gateway}/api/campaigns/{house.things['campaign_id']}/events"
    limits = httpx.Limits(max_connections=None)
    async with (
        probing(house.api()) as probe,
        httpx.AsyncClient(trust_env=False, limits=limits, timeout=60, headers=headers) as http,
        AsyncExitStack() as streams,
    ):
        opening = (streams.enter_async_context(http.stream("GET", url)) for _ in range(watchers))
        answers = [await each for each in opening]
    record("streams", len(answers))
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    assert {each.status_code for each in answers} == {200}
    before.require_unharmed()
    return probe.p99


async def test_a_reader_that_never_reads_holds_no_memory(
    house: House, machine: Any, record_property: Any
) -> None:
    """Twenty listings that nobody reads are held back by the wire, not gathered in memory."""
    await _unread(house, machine, record_property, listings=20, seconds=3)


@pytest.mark.verify
async def test_many_readers_that_never_read_leave_others_served(
    house: House, machine: Any, record_property: Any
) -> None:
    """Beside 200 listings that nobody reads others wait less than 500 ms."""
    assert await _unread(house, machine, record_property, listings=200, seconds=20) < 500


async def _unread(
    house: House, machine: Any, record: Any, *, listings: int, seconds: float
) -> float:
    before = Health.of(house)
    content = feed.ListRequest().SerializeToString()
    async with probing(house.api()) as probe:
        for _ in range(listings):
            machine(house.channels["feed"], LIST, content)
        await asyncio.sleep(seconds)

    record("streams", listings)
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    before.require_unharmed()
    return probe.p99


async def test_a_listing_is_served_once_those_before_it_hung_up(house: House, machine: Any) -> None:
    """Eight are worked on at once: who hangs up gives its turn back."""
    content = feed.ListRequest().SerializeToString()
    async with narrow_channel(house.settings.ports.groups) as channel, asyncio.TaskGroup() as group:
        unread = [machine(channel, LIST, content) for _ in range(20)]
        await asyncio.sleep(1)
        late = machine(channel, LIST, content)
        reading = group.create_task(_last(late))
        await asyncio.sleep(1)
        waited = not reading.done()
        for each in unread:
            each.cancel()

    assert waited
    assert feed.ListResponse.FromString(reading.result()).cursor


async def _last(call: Any) -> bytes:
    async with asyncio.timeout(20):
        messages: list[bytes] = [each async for each in call]
    return messages[-1]


async def test_watching_holds_no_transaction(house: House, machine: Any) -> None:
    """A watch that nobody reads, and that has no deadline, keeps no transaction open."""
    request = campaigns.WatchCampaignRequest(
        tenant_id="018f0000-0000-7000-8000-000000000001",
        campaign_id=house.things["campaign_id"],
    )
    for _ in range(20):
        machine(house.channels["campaigns"], WATCH, request.SerializeToString())
    await asyncio.sleep(2)

    assert await _left_open(house) == set()


async def _left_open(house: House) -> set[Any]:
    """The transactions that are idle whenever one looks, for more than a second."""
    looks = []
    for _ in range(_LOOKS):
        looks.append(_idle_transactions(house))
        await asyncio.sleep(0.3)
    return set.intersection(*looks)


def _idle_transactions(house: House) -> set[Any]:
    with psycopg.connect(house.stack.cluster.url("campaigns", DATABASE)) as connection:
        return set(connection.execute(_IDLE).fetchall())


async def test_a_transaction_left_open_and_a_gateway_that_stands_still_are_seen(
    house: House,
) -> None:
    """The checks above turn red on either: what they look at is there to be seen."""
    with psycopg.connect(house.stack.cluster.url("campaigns", DATABASE)) as connection:
        connection.execute("select 1")
        left_open = await _left_open(house)
    async with probing(house.api()) as probe:
        os.kill(house.pids()["gateway"], signal.SIGSTOP)
        await asyncio.sleep(0.7)
        answered = len(probe.seconds)
        os.kill(house.pids()["gateway"], signal.SIGCONT)
        async with asyncio.timeout(20):
            while len(probe.seconds) == answered:
                await asyncio.sleep(0.05)

    assert len(left_open) == 1
    assert probe.p99 > 500


@pytest.mark.verify
async def test_streams_that_are_reset_without_end_harm_nobody(
    house: House, record_property: Any
) -> None:
    """Streams opened and reset for 30 s: nothing grows or restarts, and others are served."""
    before, bearer = Health.of(house), house.tokens["clinic-admin"]
    async with probing(house.api("salon-admin")) as probe:
        resets = await reset_streams(house.settings.ports.groups, LIST_GROUPS, bearer, seconds=30)

    record_property("resets", resets)
    record_property("grown by MB", before.growth())
    record_property("p99 beside it ms", probe.p99)
    assert resets > 1_000
    assert probe.p99 < 1_000
    before.require_unharmed()


@pytest.mark.verify
async def test_a_neighbour_who_asks_without_end_takes_nothing_from_others(
    house: House, record_property: Any
) -> None:
    """Sixty clients of one tenant leave another's p99 at twice its own, or under 500 ms."""
    async with probing(house.api("salon-admin")) as alone:
        await asyncio.sleep(10)
    loud = [asyncio.create_task(_loud(house)) for _ in range(60)]
    async with probing(house.api("salon-admin")) as beside:
        await asyncio.sleep(20)
    for task in loud:
        task.cancel()
    await asyncio.gather(*loud, return_exceptions=True)

    record_property("p99 alone ms", alone.p99)
    record_property("p99 beside it ms", beside.p99)
    assert beside.p99 <= max(2 * alone.p99, 500)


async def _loud(house: House) -> None:
    """A client that asks at the probe's own pace, and reads larger pages."""
    api = house.api()
    async with api.client as client:
        while True:
            await client.get("/contacts", params={"page_size": 100})
            await asyncio.sleep(0.05)
