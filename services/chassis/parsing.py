"""Reads messages behind the guards: what can't be read is refused like any other bad value.

gRPC itself would read them before anybody is asked for a token, and answer UNKNOWN
with the words of the parser.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from services.chassis.errors import Invalid
from services.chassis.interceptors import behaviour_of, remade

Read = Callable[[bytes], Any]


class Parsing(grpc.aio.ServerInterceptor):
    """The innermost interceptor; those around it see bytes."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(details)
        if handler is None or handler.request_deserializer is None:
            return handler
        call, read = behaviour_of(handler), _refusing(handler.request_deserializer)
        take = _each(read) if handler.request_streaming else read
        return remade(handler, lambda request, context: call(take(request), context), None)


def _refusing(read: Read) -> Read:
    def read_or_refuse(content: bytes) -> Any:
        try:
            return read(content)
        except DecodeError as error:
            raise Invalid("UNREADABLE", "The request can't be read.") from error

    return read_or_refuse


def _each(read: Read) -> Callable[[AsyncIterator[bytes]], AsyncIterator[Any]]:
    async def messages(contents: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        async for content in contents:
            yield read(content)

    return messages
