"""Work that goes on beside a block and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

_HEARD_WITHIN = 0.5


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Cancels the work at the end of the block; what it failed with is raised there.

    A cancellation can get lost in `asyncio.wait_for`, with which the pool waits for a
    connection (Python 3.11, bpo-37658): it is repeated until the work has ended.
    """
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=_HEARD_WITHIN)
        with suppress(asyncio.CancelledError):
            task.result()
