"""Files in both directions: streamed through, never held."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import orjson
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway import multipart, wire
from gateway.route import Endpoint, forwarded, json_response
from gateway.stubs import Stubs
from services.chassis import status
from services.chassis.errors import Invalid

_PIECE = 64 * 1024
_LONGEST = 3600.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A call that takes options first, then the bytes of a file.

    The file is the body itself, or the one file of a form; options come from the
    query or from the form's other fields. Nothing of the file is read before the
    context has let the caller in, and no more than the context takes.
    """

    method: str
    path: str
    call: Callable[[Stubs], Any]
    step: type[Message]
    message: type[Message]
    reply: type[Message]
    media_type: str = "text/csv"
    status: int = 200
    bare: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def endpoint(self, stubs: Stubs) -> Endpoint:
        call, write = self.call(stubs), wire.writer(wire.descriptor(self.reply))

        async def answer(request: Request) -> Response:
            options, pieces = await self._read(request)
            message: Any = wire.read(self.message, options)
            stream = call(metadata=forwarded(request), timeout=_LONGEST)
            try:
                reply = await self._hand_over(stream, message, pieces)
            finally:
                stream.cancel()
            return json_response(write(reply) | self.constants, self.status)

        return answer

    async def _read(self, request: Request) -> tuple[wire.Json, AsyncIterator[bytes]]:
        options: wire.Json = dict(request.query_params)
        content_type = request.headers.get("content-type", "")
        kind = content_type.partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            fields, pieces = await multipart.opened(content_type, request.stream())
            return _objects(options | fields), pieces
        if kind != self.media_type:
            rule = f"multipart/form-data or {self.media_type}"
            raise Invalid("INVALID_MEDIA_TYPE", f"Send {rule}.", field="content-type", limit=rule)
        return _objects(options), request.stream()

    async def _hand_over(self, stream: Any, options: Any, pieces: AsyncIterator[bytes]) -> Any:
        """The reply to the whole file, or the refusal as soon as there is one."""
        make: Any = self.step
        await stream.write(make(options=options))
        admitted = dict(await stream.initial_metadata())
        if status.LARGEST in admitted:
            async for piece in _up_to(int(admitted[status.LARGEST]) + 1, pieces):
                await stream.write(make(chunk=piece))
            await stream.done_writing()
        return await stream


@dataclass(frozen=True, slots=True)
class Download:
    """A call that streams the bytes of a file."""

    method: str
    path: str
    call: Callable[[Stubs], Any]
    message: type[Message]
    reply: type[Message]
    filename: str
    media_type: str = "text/csv; charset=utf-8"
    status: int = 200
    bare: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def endpoint(self, stubs: Stubs) -> Endpoint:
        call = self.call(stubs)

        async def answer(request: Request) -> Response:
            message = wire.read(self.message, {**request.query_params, **request.path_params})
            stream = call(message, metadata=forwarded(request), timeout=_LONGEST)
            first = await stream.read()
            headers = {"Content-Disposition": f'attachment; filename="{self.filename}"'}
            return StreamingResponse(
                _chunks(stream, first), headers=headers, media_type=self.media_type
            )

        return answer


async def _chunks(stream: Any, first: Any) -> AsyncIterator[bytes]:
    """The first piece was read before, so that a refusal could still be a refusal."""
    message = first
    try:
        while message is not grpc.aio.EOF:
            yield message.chunk
            message = await stream.read()
    finally:
        stream.cancel()


async def _up_to(most: int, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes in small pieces, and none behind the first that is too many.

    A write to a call that has ended would lose the refusal it ended with.
    """
    async for piece in pieces:
        for start in range(0, min(len(piece), most), _PIECE):
            yield piece[start : min(start + _PIECE, most)]
        most -= len(piece)
        if most <= 0:
            return


def _objects(options: wire.Json) -> wire.Json:
    """Reads the options that are written as JSON objects."""
    return {name: _parsed(name, value) for name, value in options.items()}


def _parsed(name: str, value: str) -> Any:
    if not value.startswith("{"):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Invalid("NOT_JSON", f"{name[:50]} is not valid JSON.", field=name[:50]) from error
