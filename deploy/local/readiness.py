"""Whether a part of the stack can be used yet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc

Probe = Callable[[], Awaitable[bool]]


def port(number: int) -> Probe:
    """Somebody listens on the port."""

    async def ready() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", number)
        except OSError:
            return False
        writer.close()
        return True

    return ready


def http(url: str) -> Probe:
    """The address answers with success."""

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False

    return ready


def health(number: int, service: str = "") -> Probe:
    """The gRPC server on the port says that it serves."""

    async def ready() -> bool:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{number}") as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            request = health_pb2.HealthCheckRequest(service=service)
            try:
                answer = await stub.Check(request, timeout=1)
            except grpc.aio.AioRpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return ready
