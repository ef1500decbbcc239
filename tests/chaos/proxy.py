"""A TCP link that can be cut, slowed and stalled, between two parts of a stack."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

_CHUNK = 1 << 16
_LOOK = 0.02
_TRICKLE = 1_000
_LATENCY = 2.0
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Weather(StrEnum):
    """What becomes of the bytes on a link; a stalled one delivers them once it is fair again."""

    FAIR = "fair"
    STALLED = "stalled"
    ONE_WAY = "one_way"
    CUT = "cut"
    SLOW = "slow"
    TRICKLING = "trickling"


@dataclass(slots=True)
class Proxy:
    """Listens on a port of its own and passes on to another one of this machine.

    A request that is held back is dropped if whoever sent it hangs up meanwhile.
    """

    name: str
    target: int
    port: int = 0
    weather: Weather = Weather.FAIR
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _meeting: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._welcome, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._meeting:
                task.cancel()
            await asyncio.gather(*self._meeting, return_exceptions=True)

    def become(self, weather: Weather) -> None:
        """Changes the weather at once; connections on a link that is cut are reset."""
        self.weather = weather
        if weather is Weather.CUT:
            for writer in list(self._open):
                _reset(writer)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._meet(reader, writer), name=f"link {self.name}")
        self._meeting.add(task)
        task.add_done_callback(self._meeting.discard)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather is Weather.CUT:
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            _reset(writer)
            return
        self._open |= {writer, far_writer}
        there = asyncio.create_task(self._pipe(reader, far_writer))
        back = asyncio.create_task(self._pipe(far_reader, writer, is_answer=True))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            self._open -= {writer, far_writer}
            await asyncio.gather(_closed(writer), _closed(far_writer))

    async def _pipe(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        is_answer: bool = False,
    ) -> None:
        """Passes on until either side hangs up, which ends both directions."""
        with suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK):
                was_held = await self._delayed(len(chunk), is_answer=is_answer)
                if was_held and reader.at_eof() and not is_answer:
                    return
                writer.write(chunk)
                await writer.drain()

    async def _delayed(self, size: int, *, is_answer: bool) -> bool:
        """Lets the weather pass; whether there was any."""
        was_fair = self.weather is Weather.FAIR
        if self.weather is Weather.SLOW:
            await asyncio.sleep(_LATENCY)
        elif self.weather is Weather.TRICKLING:
            await asyncio.sleep(size / _TRICKLE)
        while self._holds_back(is_answer=is_answer):
            await asyncio.sleep(_LOOK)
        return not was_fair

    def _holds_back(self, *, is_answer: bool) -> bool:
        return self.weather is Weather.STALLED or (self.weather is Weather.ONE_WAY and is_answer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with a TCP reset, as a killed peer or a broken path does."""
    if not writer.is_closing():
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        writer.transport.abort()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Lets what was written go out, for a moment."""
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except OSError:
        return
    finally:
        writer.transport.abort()
