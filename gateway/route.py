"""A route is data: a method and path, a call, its messages, and where values come from."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from gateway import wire
from gateway.stubs import Stubs
from services.chassis.errors import Invalid

Endpoint = Callable[[Request], Awaitable[Response]]

TIMEOUT = 30.0
_LARGEST_BODY = 1024 * 1024
_MASK = "update_mask"
_JSON = "application/json"
_ETAG = re.compile(r'(?:W/)?"([^",]+)"')
_NO_CONTENT = {"etag", "request_id"}


@dataclass(frozen=True, slots=True)
class Route:
    """One unary call.

    `bare` names the field that a body which is a list fills; `rename` maps other
    spellings to fields; `given` sets fields that the path implies, which can't be
    sent then; `constants` are added to the reply.
    """

    method: str
    path: str
    call: Callable[[Stubs], Any]
    message: type[Message]
    reply: type[Message]
    status: int = 200
    bare: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def endpoint(self, stubs: Stubs) -> Endpoint:
        """The handler of the route."""
        call, write = self.call(stubs), wire.writer(wire.descriptor(self.reply))

        async def answer(request: Request) -> Response:
            message = wire.read(self.message, await self.values(request))
            async with request.state.turn:
                reply = await call(message, metadata=forwarded(request), timeout=TIMEOUT)
                return json_response(write(reply) | self.constants, self.status)

        return answer

    async def values(self, request: Request) -> wire.Json:
        """Everything the request says, by the names of the message's fields."""
        body = await self._body(request)
        sent = {**self._query(request), **body}
        if implied := sorted(sent.keys() & self.given.keys()):
            raise wire.unknown_field(implied[0])
        merged = {**sent, **request.path_params, **self.given}
        fields = self.message.DESCRIPTOR.fields_by_name
        if _MASK in fields:
            merged[_MASK] = {"paths": sorted(body.keys() - _NO_CONTENT)}
        if "request_id" in fields and not merged.get("request_id"):
            merged["request_id"] = _unquoted(request.headers.get("idempotency-key")) or str(uuid4())
        if "etag" in fields and "etag" not in merged:
            merged["etag"] = _wanted_etag(request.headers.getlist("if-match"))
        return merged

    async def _body(self, request: Request) -> wire.Json:
        if request.method == "GET":
            return {}
        content = await limited_body(request, _LARGEST_BODY)
        if not content:
            return {}
        _require_json(request)
        try:
            values = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise Invalid("NOT_JSON", "The body is not valid JSON.") from error
        if isinstance(values, list) and self.bare:
            return {self.bare: values}
        if not isinstance(values, dict):
            raise Invalid("INVALID_VALUE", "The body must be an object.", field="body")
        return {self.rename.get(name, name): value for name, value in values.items()}

    def _query(self, request: Request) -> wire.Json:
        fields = self.message.DESCRIPTOR.fields_by_name
        gathered: dict[str, Any] = {}
        for sent, value in request.query_params.multi_items():
            name = self.rename.get(sent, sent)
            if name in fields and fields[name].is_repeated:
                gathered.setdefault(name, []).append(value)
            elif name in gathered:
                raise Invalid("REPEATED_FIELD", f"{sent[:100]} was given twice.", field=sent[:100])
            else:
                gathered[name] = value
        return gathered


def _require_json(request: Request) -> None:
    """A body that says it is something else is not read; one that says nothing is."""
    kind = request.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    if kind != _JSON:
        raise Invalid("INVALID_MEDIA_TYPE", f"Send {_JSON}.", field="content-type", limit=_JSON)


def forwarded(request: Request) -> Sequence[tuple[str, str]]:
    """What a context must know of the request: who asks, and under which id."""
    tokens = [("authorization", value) for value in request.headers.getlist("authorization")]
    return (*tokens, ("x-request-id", request.state.request_id))


async def limited_body(request: Request, most: int) -> bytes:
    """The body, unless it is larger than what can be taken."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise Invalid(
                "BODY_TOO_LARGE", f"The body is larger than {most} bytes.", field="body", limit=most
            )
    return bytes(content)


def json_response(content: Any, status: int = 200) -> Response:
    response = Response(
        orjson.dumps(content, option=orjson.OPT_UTC_Z), status, media_type="application/json"
    )
    if isinstance(content, dict) and isinstance(content.get("etag"), str):
        response.headers["ETag"] = f'"{content["etag"]}"'
    return response


def _wanted_etag(sent: Sequence[str]) -> str:
    """The one version that `If-Match` asks for; empty if any will do.

    A weak mark is let pass: proxies that compress add one.
    """
    if not sent or sent == ["*"]:
        return ""
    found = _ETAG.fullmatch(",".join(sent).strip())
    if found is None:
        raise Invalid(
            "INVALID_VALUE",
            'If-Match must be one version in quotes, such as "3", or *.',
            field="If-Match",
            limit="one version",
        )
    return found[1]


def _unquoted(value: str | None) -> str:
    return (value or "").strip().strip('"')
