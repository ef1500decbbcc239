"""Web servers of a test's own loop, each on a port of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def app(served: Any) -> AsyncIterator[str]:
    """The address of an application."""
    config = uvicorn.Config(served, port=0, log_level="warning", ws="none", lifespan="off")
    async with serving(uvicorn.Server(config)) as url:
        yield url


@asynccontextmanager
async def serving(served: uvicorn.Server) -> AsyncIterator[str]:
    """The address of a server that runs in this loop and leaves signals alone."""
    served.capture_signals = _no_signals  # type: ignore[method-assign]
    task = asyncio.create_task(served.serve())
    while not served.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    port = served.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        served.should_exit = True
        await task


@contextmanager
def _no_signals() -> Iterator[None]:
    yield
