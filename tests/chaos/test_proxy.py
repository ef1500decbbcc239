"""Links with weather: what becomes of the bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from tests.chaos.proxy import Proxy, Weather


@dataclass
class Line:
    """A connection through a proxy to somebody who repeats every word."""

    proxy: Proxy
    heard: list[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, word: bytes, patience: float = 5) -> bytes:
        """What comes back for a word, nothing if nothing does in time."""
        self.writer.write(word)
        return await self.hears(patience)

    async def hears(self, patience: float = 5) -> bytes:
        try:
            async with asyncio.timeout(patience):
                return await self.reader.read(100)
        except TimeoutError:
            return b""


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    heard: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while word := await reader.read(100):
                heard.append(word)
                writer.write(word)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Proxy("echo", server.sockets[0].getsockname()[1]).running() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            yield Line(proxy, heard, reader, writer)
        finally:
            writer.close()


async def test_a_fair_link_passes_everything_on() -> None:
    async with line() as open_line:
        assert await open_line.says(b"word") == b"word"


async def test_a_stalled_link_delivers_once_it_is_fair_again() -> None:
    async with line() as open_line:
        open_line.proxy.become(Weather.STALLED)
        assert await open_line.says(b"word", patience=0.2) == b""
        assert open_line.heard == []
        open_line.proxy.become(Weather.FAIR)
        assert await open_line.hears() == b"word"


async def test_a_one_way_link_delivers_the_question_and_holds_the_answer() -> None:
    async with line() as open_line:
        open_line.proxy.become(Weather.ONE_WAY)
        assert await open_line.says(b"word", patience=0.2) == b""
        assert open_line.heard == [b"word"]


async def test_a_question_whose_asker_has_hung_up_is_dropped() -> None:
    async with line() as open_line:
        open_line.proxy.become(Weather.STALLED)
        await open_line.says(b"word", patience=0.1)
        open_line.writer.close()
        await open_line.writer.wait_closed()
        open_line.proxy.become(Weather.FAIR)
        await asyncio.sleep(0.2)
        assert open_line.heard == []


async def test_a_cut_link_resets_what_is_open_and_what_comes() -> None:
    async with line() as open_line:
        assert await open_line.says(b"word") == b"word"
        open_line.proxy.become(Weather.CUT)
        with pytest.raises(ConnectionResetError):
            await open_line.hears()
        reader, writer = await asyncio.open_connection("127.0.0.1", open_line.proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
