"""Channels to other contexts: deadlines passed on, tokens added, retries where they are safe."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc

from services.chassis import deadline, interceptors
from services.chassis.auth import Credentials

LARGEST_MESSAGE = 4 * 1024 * 1024
_DEFAULT_TIMEOUT = 10.0
_SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "waitForReady": True,
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.1s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.1},
    }
)
_OPTIONS = (
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.keepalive_time_ms", 300_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


@asynccontextmanager
async def opened(
    address: str, credentials: Credentials | None = None
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel that signs its calls as this machine, and brings the waiting person along.

    Without credentials it adds nothing: the gateway forwards what it was given.
    """
    around: list[Any] = [_Unary(credentials), _Streaming(credentials), _Upload(credentials)]
    async with grpc.aio.insecure_channel(address, options=_OPTIONS, interceptors=around) as channel:
        yield channel


@dataclass(frozen=True)
class _Prepared:
    credentials: Credentials | None

    async def prepare(self, details: Any, default: float | None) -> Any:
        metadata = grpc.aio.Metadata(*(details.metadata or ()))
        if self.credentials is not None:
            metadata.add("authorization", f"Bearer {await self.credentials.token()}")
            if person := interceptors.person_token.get():
                metadata.add(interceptors.CALLER, person)
        if asked := interceptors.request_id.get():
            metadata.add(interceptors.REQUEST_ID, asked)
        timeout = details.timeout
        if default is not None:
            timeout = deadline.budget(timeout if timeout is not None else default)
        return details._replace(metadata=metadata, timeout=timeout)


class _Unary(_Prepared, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        return await continuation(
            await self.prepare(client_call_details, _DEFAULT_TIMEOUT), request
        )


class _Streaming(_Prepared, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        return await continuation(await self.prepare(client_call_details, None), request)


class _Upload(_Prepared, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request_iterator: Any
    ) -> Any:
        return await continuation(await self.prepare(client_call_details, None), request_iterator)
