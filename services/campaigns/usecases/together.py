"""Several things at once, as many as a campaign has lines to the provider."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from services.campaigns.usecases.desk import LINES_EACH

Item = TypeVar("Item")
Result = TypeVar("Result")


async def each(
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[Result]],
    stop: asyncio.Event | None = None,
) -> list[Result]:
    """What became of the items that were begun: none is once `stop` is set.

    One item's trouble does not stop the others; it is raised once they are through.
    """
    lines = asyncio.Semaphore(LINES_EACH)

    async def one(item: Item) -> list[Result]:
        async with lines:
            return [] if stop is not None and stop.is_set() else [await work(item)]

    found = await asyncio.gather(*map(one, items), return_exceptions=True)
    return [result for begun in found for result in _unless_trouble(begun)]


def _unless_trouble(begun: list[Result] | BaseException) -> list[Result]:
    if isinstance(begun, BaseException):
        raise begun
    return begun
