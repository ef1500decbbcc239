"""Retell AI through its own client: one request per question, nothing repeated unasked."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from retell import APIConnectionError, APIStatusError, AsyncRetell, RetellError

from services.campaigns.telephony import answers
from services.campaigns.telephony.answers import Answer, Lost, Order, Placed, TryLater
from services.campaigns.telephony.reports import Report, report
from services.chassis import errors

_PROVIDER = "api.retellai.com"
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_UNKNOWN_CALL = frozenset({404, 422})
_OVER_ALREADY = frozenset({400, 404, 422})
_ENOUGH = 10
_POOL, _CONNECT = 0.2, 0.5
LEAVES_WITHIN = _POOL + 2 * _CONNECT  # a line, then TCP and TLS; later it is not sent at all


@dataclass(frozen=True, slots=True)
class Telephone:
    """The account at the provider; `timeout` bounds a whole exchange, in real seconds."""

    client: AsyncRetell
    now: Callable[[], datetime]
    timeout: float

    @staticmethod
    @asynccontextmanager
    async def open(
        base_url: str,
        api_key: str,
        now: Callable[[], datetime],
        *,
        timeout: float = 10.0,
        lines: int = 100,
    ) -> AsyncIterator["Telephone"]:
        """Opens a client of so many lines at once, that follows no redirect and no proxy.

        A request that gets no line, or no connection, at once was never sent.
        """
        patience = httpx.Timeout(timeout, connect=_CONNECT, pool=_POOL)
        limits = httpx.Limits(max_connections=lines)
        wire = httpx.AsyncClient(
            follow_redirects=False, trust_env=False, timeout=patience, limits=limits
        )
        client = AsyncRetell(
            api_key=api_key,
            base_url=trusted(base_url),
            timeout=patience,
            max_retries=0,
            http_client=wire,
        )
        async with client:
            yield Telephone(client, now, timeout)

    async def call(self, order: Order) -> Answer:
        """Places the call once, however often it is asked within the key's hour.

        Metadata names ids only. Never raises for what the provider does.
        """
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self.client.call.with_raw_response.create_phone_call(
                    from_number=order.from_number,
                    to_number=order.to_number,
                    idempotency_key=str(order.attempt_id),
                    metadata=_ids(order),
                    retell_llm_dynamic_variables=dict(order.variables),
                    honor_internal_dnc=True,
                    max_retries=0,
                )
        except TimeoutError:
            return Lost("timeout")
        except RetellError as error:
            return _meaning(error)
        placed = report(_body(answer.http_response), self.now())
        if placed is None:
            return Lost("unreadable")
        if placed.attempt_id != order.attempt_id:
            return Lost("not about this call")
        return Placed(placed.call_id)

    async def look(self, call_id: str) -> Report | None:
        """A call as it stands; None if the provider has none of that id."""
        try:
            async with self._exchange():
                answer = await self.client.call.with_raw_response.retrieve(call_id, max_retries=0)
        except _NoSuchCall:
            return None
        return report(_body(answer.http_response), self.now())

    async def find(self, attempt_id: UUID) -> Report | None:
        """The call that an attempt placed; None if the provider knows of none."""
        criteria: Any = {
            "metadata": [
                {"type": "string", "op": "eq", "key": "attempt_id", "value": str(attempt_id)}
            ]
        }
        async with self._exchange():
            answer = await self.client.call.with_raw_response.list(
                filter_criteria=criteria, limit=_ENOUGH, max_retries=0
            )
        items = _body(answer.http_response).get("items")
        found = (report(item, self.now()) for item in items or () if isinstance(item, dict))
        reports = [each for each in found if each and each.attempt_id == attempt_id]
        return min(reports, key=lambda each: each.call_id, default=None)

    async def hang_up(self, call_id: str) -> None:
        """Ends a call; one that is over already stays as it is."""
        try:
            async with asyncio.timeout(self.timeout):
                await self.client.call.stop(call_id, max_retries=0)
        except APIStatusError as error:
            if error.status_code not in _OVER_ALREADY:
                raise errors.unavailable("telephony provider") from error
        except (RetellError, TimeoutError) as error:
            raise errors.unavailable("telephony provider") from error

    @asynccontextmanager
    async def _exchange(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.timeout):
                yield
        except APIStatusError as error:
            if error.status_code in _UNKNOWN_CALL:
                raise _NoSuchCall from error
            raise errors.unavailable("telephony provider") from error
        except (RetellError, TimeoutError) as error:
            raise errors.unavailable("telephony provider") from error


class _NoSuchCall(Exception):
    """The provider has no call of that id."""


def trusted(base_url: str) -> str:
    """Refuses any address but the provider's over TLS, and this machine's."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host == _PROVIDER:
        return base_url
    if parts.scheme in ("http", "https") and _is_this_machine(host):
        return base_url
    raise ValueError("RETELL_BASE_URL must be https://api.retellai.com or on this machine")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _meaning(error: RetellError) -> Answer:
    if isinstance(error, APIStatusError):
        retry_after = error.response.headers.get("retry-after")
        return answers.of_status(error.status_code, retry_after)
    if isinstance(error, APIConnectionError) and isinstance(error.__cause__, _NEVER_SENT):
        return TryLater(0)
    return Lost(type(error).__name__)


def _ids(order: Order) -> dict[str, str]:
    return {
        "attempt_id": str(order.attempt_id),
        "campaign_id": str(order.campaign_id),
        "tenant_id": str(order.tenant_id),
    }


def _body(response: httpx.Response) -> Mapping[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
