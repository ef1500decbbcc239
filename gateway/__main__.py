"""Runs the gateway until it is stopped: `python -m gateway`."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import grpc
import uvicorn
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway import app
from gateway.settings import GatewaySettings
from gateway.stubs import Channels, Stubs
from services.chassis import channel, process, telemetry


async def serve() -> None:
    settings = GatewaySettings()
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(process.started("gateway", settings))
        open_to = stack.enter_async_context
        channels = Channels(
            groups=await open_to(channel.opened(settings.groups)),
            campaigns=await open_to(channel.opened(settings.campaigns)),
            analytics=await open_to(channel.opened(settings.analytics)),
            background=await open_to(channel.opened(settings.campaigns, started.credentials)),
        )
        host, _, port = settings.listen.rpartition(":")

        async def ready() -> bool:
            to = (channels.groups, channels.campaigns, channels.analytics)
            return all(await asyncio.gather(*map(_serves, to)))

        config = uvicorn.Config(
            telemetry.traced(
                app.build(Stubs.over(channels), started.verifier, ready, settings.largest_body)
            ),
            host=host,
            port=int(port),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        await uvicorn.Server(config).serve()


async def _serves(to: grpc.aio.Channel) -> bool:
    stub: Any = health_pb2_grpc.HealthStub(to)
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


if __name__ == "__main__":
    asyncio.run(serve())
