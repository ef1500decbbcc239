"""Delivers webhooks: each at its moment, signed over the exact bytes, with retries."""

import asyncio
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from deploy.local.simulator import bodies
from deploy.local.simulator.calls import Call
from deploy.local.simulator.deliveries import Delivery, deliveries
from deploy.local.simulator.ledger import Ledger
from deploy.local.simulator.records import Sent
from services.chassis.clock import Clock

TRIES = 4
STALE = timedelta(minutes=6)
# anyio answers a reset during the connection's opening with an AttributeError.
_NO_ANSWER = (httpx.HTTPError, AttributeError)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where webhooks go: the account's address, the key that signs, and patience in seconds."""

    url: str
    key: str
    timeout: float = 10
    pause: float = 1


def signature(key: str, body: bytes, milliseconds: int) -> str:
    """The provider's signature: over the raw body followed by the time."""
    digest = hmac.new(key.encode(), body + str(milliseconds).encode(), hashlib.sha256)
    return f"v={milliseconds},d={digest.hexdigest()}"


def body(call: Call, delivery: Delivery) -> bytes:
    """The exact bytes of a webhook: the call as it was at the moment told about."""
    shown = bodies.whole(call, delivery.of)
    if delivery.event != "call_analyzed":
        shown.pop("call_analysis", None)
    if delivery.stranger:
        shown |= _of_nobody(call)
    if delivery.contradicts:
        opposite = "user_hangup" if call.reason == "dial_no_answer" else "dial_no_answer"
        shown["disconnection_reason"] = opposite
    layout = orjson.OPT_INDENT_2 if delivery.seal == "of_other_bytes" else None
    return orjson.dumps({"event": delivery.event, "call": shown}, option=layout)


class Courier:
    """Follows each call and sends its webhooks, one not waiting for another."""

    def __init__(self, receiver: Receiver, clock: Clock, ledger: Ledger) -> None:
        self._receiver = receiver
        self._clock = clock
        self._ledger = ledger
        self._client = httpx.AsyncClient(trust_env=False, timeout=receiver.timeout)
        self._following: dict[str, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        sent = (each for each in ledger.records if isinstance(each, Sent))
        self._begun = {(each.call_id, each.delivery) for each in sent if each.settled}

    def follow(self, call: Call) -> None:
        """Sends what the call still causes; following it again takes its new fate into account."""
        if not self._url(call):
            return
        if before := self._following.get(call.call_id):
            before.cancel()
        if any((call.call_id, each.name) not in self._begun for each in deliveries(call)):
            task = asyncio.create_task(self._follow(call))
            self._following[call.call_id] = task
            task.add_done_callback(lambda done: self._forget(call.call_id, done))

    async def close(self) -> None:
        tasks = [*self._following.values(), *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def _forget(self, call_id: str, done: asyncio.Task[None]) -> None:
        if self._following.get(call_id) is done:
            del self._following[call_id]

    def _url(self, call: Call) -> str:
        return call.order.webhook_url or self._receiver.url

    async def _follow(self, call: Call) -> None:
        for delivery in deliveries(call):
            if (call.call_id, delivery.name) in self._begun:
                continue
            left = self._clock.real_seconds(delivery.at - self._clock.now())
            await asyncio.sleep(max(left, 0))
            self._begun.add((call.call_id, delivery.name))
            task = asyncio.create_task(self._deliver(call, delivery))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, call: Call, delivery: Delivery) -> None:
        content = body(call, delivery)
        for nth in range(1, TRIES + 1):
            header = self._seal(call, delivery, content)
            status = await self._post(self._url(call), content, header)
            settled = 200 <= status < 300 or nth == TRIES
            self._record(call, delivery, header, nth, status, settled=settled)
            if settled:
                return
            await asyncio.sleep(self._receiver.pause * 2 ** (nth - 1))

    def _seal(self, call: Call, delivery: Delivery, content: bytes) -> str:
        now = time.time_ns() // 1_000_000
        match delivery.seal:
            case "bad":
                return signature("not the key", content, now)
            case "stale":
                return signature(
                    self._receiver.key, content, now - STALE // timedelta(milliseconds=1)
                )
            case "missing":
                return ""
            case "of_other_bytes":
                return signature(self._receiver.key, orjson.dumps(orjson.loads(content)), now)
            case "replayed" if before := self._first_seal(call, delivery):
                return before
            case _:
                return signature(self._receiver.key, content, now)

    def _first_seal(self, call: Call, delivery: Delivery) -> str:
        for each in self._ledger.records:
            if isinstance(each, Sent) and (each.call_id, each.delivery) == (
                call.call_id,
                delivery.event,
            ):
                return each.signature
        return ""

    async def _post(self, url: str, content: bytes, header: str) -> int:
        headers = {"content-type": "application/json"}
        if header:
            headers["x-retell-signature"] = header
        try:
            answer = await self._client.post(url, content=content, headers=headers)
        except _NO_ANSWER:
            return 0
        return answer.status_code

    def _record(
        self, call: Call, delivery: Delivery, header: str, nth: int, status: int, *, settled: bool
    ) -> None:
        self._ledger.append(
            Sent(
                at=self._clock.now(),
                real_at=datetime.now(UTC),
                call_id=call.call_id,
                delivery=delivery.name,
                event=delivery.event,
                signature=header,
                nth=nth,
                status=status,
                settled=settled,
            )
        )


def _of_nobody(call: Call) -> dict[str, Any]:
    digest = hashlib.sha256(call.call_id.encode()).hexdigest()[:32]
    return {"call_id": f"call_{digest}", "metadata": {}}
