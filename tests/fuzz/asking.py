"""Sends bytes to an RPC as they are, and gives all that comes back."""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor

from tests.fuzz import contracts
from tests.fuzz.contracts import Door
from tests.fuzz.house import House

METHODS = contracts.methods()
DOORS = contracts.doors()
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A code, and what it came with; of a success only that it was one."""

    code: grpc.StatusCode
    words: str = ""
    trailers: tuple[bytes, ...] = ()


async def ask(
    house: House, door: Door, content: bytes, bearer: str | None, patience: float = PATIENCE
) -> Answer:
    described = METHODS[door[1]]
    call = _shape(house.channels[door[0]], described)(door[1])
    metadata = () if bearer is None else (("authorization", f"Bearer {bearer}"),)
    sent: Any = iter([content]) if described.client_streaming else content
    answer: Any = call(sent, metadata=metadata, timeout=patience)
    try:
        await (answer.read() if described.server_streaming else answer)
    except grpc.aio.AioRpcError as error:
        return Answer(error.code(), error.details() or "", _trailers(error))
    finally:
        answer.cancel()
    return Answer(grpc.StatusCode.OK)


def _shape(channel: grpc.aio.Channel, described: MethodDescriptor) -> Any:
    return {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
    }[described.client_streaming, described.server_streaming]


def _trailers(error: grpc.aio.AioRpcError) -> tuple[bytes, ...]:
    values = (value for _, value in error.trailing_metadata() or ())
    return tuple(value if isinstance(value, bytes) else value.encode() for value in values)
