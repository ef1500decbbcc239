"""Streams of a server: what happens when whoever listens hangs up."""

import asyncio
import contextvars
from collections.abc import AsyncIterator
from typing import Any

import grpc

from services.chassis import interceptors
from services.chassis.interceptors import Around

LOUD = b"x" * 1_000_000
_where: contextvars.ContextVar[str] = contextvars.ContextVar("where", default="elsewhere")


async def test_a_stream_that_nobody_hears_ends_at_once_and_where_it_began() -> None:
    """Otherwise whoever collects the garbage ends it, in a context that knows nothing of it."""
    ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def talk(message: bytes, context: Any) -> AsyncIterator[bytes]:
        here = _where.set("in the call")
        try:
            while True:
                yield LOUD
        finally:
            ended.set_result(_is_of_this_context(here))

    server = grpc.aio.server(interceptors=[Around(interceptors.in_time)] * 2)
    handler: Any = grpc.unary_stream_rpc_method_handler(talk)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("tests.Loud", {"Talk": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            listen: Any = channel.unary_stream("/tests.Loud/Talk")
            stream = listen(b"")
            assert await stream.read() == LOUD
            await asyncio.sleep(0.2)
            stream.cancel()
            async with asyncio.timeout(5):
                assert await ended
    finally:
        await server.stop(None)


def _is_of_this_context(token: contextvars.Token[str]) -> bool:
    try:
        _where.reset(token)
    except ValueError:
        return False
    return True
