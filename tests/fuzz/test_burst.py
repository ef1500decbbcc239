"""Webhooks in a burst: none is lost, and each is acknowledged before the provider repeats it."""

import asyncio
import ssl
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import orjson
import pytest

from deploy.local.simulator.webhooks import signature
from tests.fuzz.house import Health, House

pytestmark = pytest.mark.verify

LINES = 50
WARM = 100
Record = Callable[[str, object], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """How a webhook was answered, and after how many seconds."""

    status: int
    seconds: float


@pytest.mark.parametrize(
    ("rate", "seconds", "within"),
    [
        pytest.param(200, 3, 0.5, id="200 a second"),
        pytest.param(500, 1, 3.0, id="500 at once"),
    ],
)
async def test_webhooks_in_a_burst_are_all_taken_in(
    house: House, record_property: Record, rate: int, seconds: int, within: float
) -> None:
    """Half are about a call of ours, half about nobody's: each is acknowledged in time."""
    await _burst(house, WARM, WARM)
    before = Health.of(house)

    taken = await _burst(house, rate, rate * seconds)

    slowest = max(each.seconds for each in taken)
    record_property("webhooks", len(taken))
    record_property("a second", str(rate))
    record_property("slowest ms", round(slowest * 1000))
    assert sorted(each.status for each in taken) == [202] * (len(taken) // 2) + [204] * (
        len(taken) // 2
    )
    assert slowest < within
    before.require_unharmed()


async def _burst(house: House, rate: int, count: int) -> list[Taken]:
    """Sends at the rate, whether answers come or not."""
    async with AsyncExitStack() as stack:
        url, trust = house.settings.gateway, ssl.create_default_context()
        lines = [await stack.enter_async_context(_line(url, trust)) for _ in range(LINES)]
        begun = time.monotonic()

        async def one(number: int) -> Taken:
            await asyncio.sleep(begun + number / rate - time.monotonic())
            return await _sent(lines[number % LINES], house, number)

        return await asyncio.gather(*map(one, range(count)))


def _line(url: str, trust: ssl.SSLContext) -> httpx.AsyncClient:
    """One of many senders: a single pool would look for a free connection among hundreds."""
    return httpx.AsyncClient(base_url=url, verify=trust, trust_env=False, timeout=60)


async def _sent(http: httpx.AsyncClient, house: House, number: int) -> Taken:
    call_id = house.things["call_id"] if number % 2 else f"nobodys_{number}"
    body = orjson.dumps({"event": "call_started", "call": {"call_id": call_id, "n": number}})
    signed = signature(house.stack.secrets.retell, body, round(time.time() * 1000))
    begun = time.perf_counter()
    answer = await http.post(
        "/api/webhooks/retell", content=body, headers={"x-retell-signature": signed}
    )
    return Taken(answer.status_code, time.perf_counter() - begun)
