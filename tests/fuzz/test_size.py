"""Messages, files and lists far beyond what anybody needs."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import grpc
import pytest

from tests.fuzz.hostile import TEXTS
from tests.fuzz.house import Health, House
from tests.fuzz.probe import probing

CREATE = "/vio.groups.v1.GroupService/CreateGroup"
LARGE = 64 * 1024 * 1024
BOMB = 256 * 1024 * 1024
GREEDY = ("%" * 10_000, "_" * 10_000, "(.*)*" * 2_000)
Record = Callable[[str, object], None]
Attack = Callable[[House], Awaitable[None]]
_ANY_SIZE = (("grpc.max_send_message_length", -1),)
# A field of its own number: a group's description.
_FIELD = b"\x12"
_FORM = {"content-type": "multipart/form-data; boundary=a"}


async def refusal(house: House, content: bytes, compression: grpc.Compression) -> grpc.StatusCode:
    """The code with which groups refuses bytes; they leave by a thread, beside the probe."""
    return await asyncio.to_thread(_refusal, house, content, compression)


def _refusal(house: House, content: bytes, compression: grpc.Compression) -> grpc.StatusCode:
    target = f"127.0.0.1:{house.settings.ports.groups}"
    metadata = (("authorization", f"Bearer {house.tokens['root']}"),)
    with grpc.insecure_channel(target, options=_ANY_SIZE) as channel:
        call: Any = channel.unary_unary(CREATE)
        with pytest.raises(grpc.RpcError) as refused:
            call(content, metadata=metadata, timeout=60, compression=compression)
    code: grpc.StatusCode = cast(grpc.Call, refused.value).code()
    return code


async def test_large_messages_and_bombs_cost_no_memory(
    house: House, record_property: Record
) -> None:
    """64 MB, and 256 MB that travel as 256 kB, are refused; no process grows by 50 MB."""
    await _besieged(house, record_property, _large_and_bomb, times=1)


async def _large_and_bomb(house: House) -> None:
    large = await refusal(house, bytes(LARGE), grpc.Compression.NoCompression)
    bomb = await refusal(house, _FIELD + bytes(BOMB), grpc.Compression.Gzip)

    assert large is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert bomb in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.RESOURCE_EXHAUSTED}


async def _besieged(house: House, record: Record, attack: Attack, times: int) -> float:
    """The p99 of a healthy client beside an attack, which harms nobody."""
    before = Health.of(house)
    async with probing(house.api("salon-admin")) as probe:
        for _ in range(times):
            await attack(house)
    record("attacks", times)
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    before.require_unharmed()
    return probe.p99


async def _endless(size: int) -> AsyncIterator[bytes]:
    """A form's file, or anything else, without an end."""
    yield b'--a\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    for _ in range(size // 65_536):
        yield b"name,phone\n" * 5_957


async def test_a_body_too_large_is_refused_before_it_came(
    house: House, record_property: Record
) -> None:
    """A body of 10 GB is refused by its head; JSON and forms without end by what came of them."""
    await _besieged(house, record_property, _endless_bodies, times=1)


async def _endless_bodies(house: House) -> None:
    api = house.api()
    async with api.client as client:
        endless = await client.post("/groups", content=_endless(4 * 1024 * 1024))
        form = await client.post("/contacts/import", content=_endless(2**29), headers=_FORM)
    told = await _by_its_head(house)

    reasons = endless.json()["reason"], form.json()["reason"]
    assert (endless.status_code, form.status_code, told) == (422, 422, 422)
    assert reasons == ("BODY_TOO_LARGE", "CSV_TOO_LARGE")


async def _by_its_head(house: House) -> int:
    """The answer to a head that announces 10 GB, before any of them is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.settings.ports.gateway)
    writer.write(
        b"POST /api/contacts/import HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n"
        b"Content-Length: 10737418240\r\n\r\n"
    )
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize("text", [*TEXTS, *GREEDY])
async def test_a_search_takes_characters_as_they_are_and_a_second_at_most(
    house: House, text: str
) -> None:
    """Metacharacters are searched for literally, and no pattern takes longer than a second.

    A machine that stands still for a moment is asked again.
    """
    api, seconds = house.api(), list[float]()
    async with api.client as client:
        while not seconds or (seconds[-1] > 1 and len(seconds) < 3):
            begun = time.perf_counter()
            found = await client.get("/contacts", params={"search": text})
            seconds.append(time.perf_counter() - begun)

    if found.status_code == 200 and text.strip() and text.strip("\u200b\u200d\ufeff"):
        assert found.json()["pagination"]["total_contacts"] == 0
    assert found.status_code in {200, 422}
    assert min(seconds) <= 1


async def test_slow_senders_hold_nobody_up(house: House, record_property: Record) -> None:
    """Two hundred connections that send a letter now and then leave the gateway free for others."""
    await _besieged(house, record_property, _slow_senders, times=1)


async def _slow_senders(house: House) -> None:
    port = house.settings.ports.gateway
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    api = house.api()
    try:
        async with api.client:
            for letter in b"GET /":
                for _, writer in slow:
                    writer.write(bytes([letter]))
                async with asyncio.timeout(10):
                    await api.get("/groups")
    finally:
        for _, writer in slow:
            writer.close()


async def _greedy_searches(house: House) -> None:
    api = house.api()
    async with api.client as client:
        for text in (*TEXTS, *GREEDY):
            found = await client.get("/contacts", params={"search": text})
            assert found.status_code in {200, 422}


@pytest.mark.verify
@pytest.mark.parametrize(
    ("attack", "times"),
    [
        (_large_and_bomb, 5),
        (_endless_bodies, 3),
        (_slow_senders, 20),
        (_greedy_searches, 20),
    ],
)
async def test_whatever_is_too_large_leaves_others_served(
    house: House, record_property: Record, attack: Attack, times: int
) -> None:
    """Beside messages, bodies and searches that are too large, others wait less than 500 ms."""
    assert await _besieged(house, record_property, attack, times) < 500
