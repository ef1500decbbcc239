"""Running services with two tenants, and everybody who may knock at their doors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import grpc
from google.protobuf import message_factory
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from tests.authz import contracts
from tests.authz.contracts import DOORS, METHODS, Door
from tests.authz.expected import Role, Visibility
from tests.support.issuer import Issuer, Person
from vio.groups.v1 import import_service_pb2

Metadata = tuple[tuple[str, str], ...]
Things = dict[str, Any]

#: What differs from one answer to the next whatever is asked.
_PASSING = frozenset(
    {
        "as_of",
        "at",
        "created_at",
        "etag",
        "expires_at",
        "freshness",
        "query_performance",
        "selection_token",
        "undo_until",
        "updated_at",
    }
)


@dataclass(frozen=True)
class Answer:
    """What a caller gets: a code with words and trailers, or the first message."""

    code: grpc.StatusCode
    words: str = ""
    trailers: tuple[tuple[str, Any], ...] = ()
    reply: Message | None = None

    @property
    def text(self) -> str:
        """All that can be read in it."""
        reply = repr(lasting(_fields(self.reply))) if self.reply is not None else ""
        return f"{self.code.name} {self.words} {self.trailers!r} {reply}"

    def without(self, name: str) -> str:
        """All that can be read in it except a name that the caller gave."""
        return re.sub(re.escape(name), "<asked>", self.text)


@dataclass(frozen=True)
class Household:
    """A tenant: who is in it, and what it has, by who may see it."""

    id: UUID
    people: Mapping[Role, Person]
    things: Mapping[Visibility, Things]
    canaries: frozenset[str] = frozenset()
    hidden: Mapping[Visibility, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class House:
    """The services by their contexts, and an issuer that can sign anything.

    `key` is the provider's, `cursors` tell where each context's feed can be watched from.
    """

    channels: Mapping[str, grpc.aio.Channel]
    issuer: Issuer
    doors: Sequence[Door] = tuple(DOORS)
    key: str = ""
    cursors: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, door: Door, metadata: Metadata, message: Any, *, timeout: float = 20
    ) -> Answer:
        """What a method answers; of a stream, what its first message says."""
        call = self._call(*door)
        described = METHODS[door[1]]
        sent = iter([message, _piece()]) if described.client_streaming else message
        answer = call(sent, metadata=metadata, timeout=timeout)
        try:
            reply = await (answer.read() if described.server_streaming else answer)
        except grpc.aio.AioRpcError as error:
            return _refusal(error)
        finally:
            answer.cancel()
        return Answer(grpc.StatusCode.OK, reply=reply if isinstance(reply, Message) else None)

    async def made(self, method: str, who: Person, **things: Any) -> Any:
        """The reply of a method that has to succeed."""
        door = (method.split(".")[1], method)
        answer = await self.ask(door, who.metadata, contracts.request(method, things))
        assert answer.code is grpc.StatusCode.OK, answer.text
        return answer.reply

    def stream(self, door: Door, metadata: Metadata, message: Any) -> Any:
        """A stream of answers, as it comes."""
        return self._call(*door)(message, metadata=metadata)

    def _call(self, context: str, method: str) -> Any:
        described, channel = METHODS[method], self.channels[context]
        shapes: dict[tuple[bool, bool], Any] = {
            (False, False): channel.unary_unary,
            (False, True): channel.unary_stream,
            (True, False): channel.stream_unary,
        }
        reply = message_factory.GetMessageClass(described.output_type)
        return shapes[described.client_streaming, described.server_streaming](
            method, request_serializer=_serialized, response_deserializer=reply.FromString
        )


def _piece() -> Any:
    """What follows the options of an upload: the file."""
    return import_service_pb2.ImportContactsRequest(chunk=b"name,phone\nZed,+12125550199\n")


def leaks(answer: str, canaries: Iterable[str]) -> list[str]:
    """What somebody else's words stand in an answer."""
    return sorted(each for each in canaries if each in answer)


def _refusal(error: grpc.aio.AioRpcError) -> Answer:
    trailers = tuple(
        (name, value)
        for name, value in error.trailing_metadata() or ()
        if name not in ("x-request-id", "content-length")
    )
    return Answer(error.code(), error.details() or "", trailers)


def _serialized(message: Any) -> bytes:
    content: bytes = message.SerializeToString()
    return content


def _fields(message: Message) -> Any:
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def lasting(value: Any) -> Any:
    """A reply without what differs from one to the next whatever is asked."""
    if isinstance(value, dict):
        return {name: lasting(each) for name, each in value.items() if name not in _PASSING}
    return [lasting(each) for each in value] if isinstance(value, list) else value
