"""A large file goes through in bounded memory."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.service.groups.desk import Desk
from tests.service.groups.uploads import counts, upload

MEGABYTE = 1024 * 1024
SIZE = 20 * MEGABYTE
PIECE = 64 * 1024


def made(rows: int) -> Iterator[bytes]:
    """A file of that many rows, about a kilobyte each, in pieces."""
    piece = bytearray(b"id,name,notes\n")
    for number in range(rows):
        piece += b"C-%d,Person %06d,%s\n" % (number, number, b"note " * 190)
        if len(piece) > PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


@asynccontextmanager
async def growth() -> AsyncIterator[list[int]]:
    """How many bytes the process holds more than at the start, sampled all along."""
    samples: list[int] = []
    start = resident()

    async def watch() -> None:
        while True:
            samples.append(resident() - start)
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    try:
        yield samples
    finally:
        watching.cancel()


def resident() -> int:
    """The memory that this process, server and client in one, holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_20_megabytes_are_taken_in_bounded_memory(desk: Desk) -> None:
    """I-10: the file, held even once, would already break the bound."""
    rows = SIZE // 970
    await upload(desk, made(2000), dry_run=True)

    async with growth() as samples:
        done = await upload(desk, made(rows), dry_run=True)

    assert counts(done) == (rows, 0, 0, 0)
    assert max(samples) < SIZE * 3 / 4, f"{max(samples) / MEGABYTE:.1f} MB"
