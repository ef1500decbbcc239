"""Messages that are too large, or pretend to be small."""

from typing import Any

import grpc
import pytest

from services.chassis.server import LARGEST_REQUEST
from tests.support.issuer import Person

GET = "/vio.groups.v1.GroupService/GetGroup"


async def ask(port: int, who: Person, content: bytes, compression: grpc.Compression) -> str:
    """The code with which the server answers."""
    options = (("grpc.max_send_message_length", -1),)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        call: Any = channel.unary_unary(GET)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(content, metadata=who.metadata, timeout=20, compression=compression)
    return str(refused.value.code().name)


async def test_a_message_beyond_the_limit_is_refused(port: int, admin: Person) -> None:
    content = bytes(LARGEST_REQUEST + 1)

    code = await ask(port, admin, content, grpc.Compression.NoCompression)

    assert code == "RESOURCE_EXHAUSTED"


async def test_nothing_compressed_is_taken(port: int, admin: Person) -> None:
    """P26: a message could inflate to a thousand times its size."""
    code = await ask(port, admin, b"\x0a\x01a" * 1000, grpc.Compression.Gzip)

    assert code == "UNIMPLEMENTED"
