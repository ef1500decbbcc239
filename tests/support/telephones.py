"""The product's telephone, for tests on a machine that may stand still for a moment."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from unittest.mock import patch

from services.campaigns.telephony import retell
from services.campaigns.telephony.retell import Telephone
from tests.support.simulator import KEY


@asynccontextmanager
async def patient(
    url: str, now: Callable[[], datetime], *, timeout: float = 10, lines: int = 100
) -> AsyncIterator[Telephone]:
    """Waits as long for a connection as for an answer.

    The product gives a connection up within half a second, and would say that nobody is there.
    """
    async with AsyncExitStack() as stack:
        with patch.object(retell, "_CONNECT", timeout):
            opening = Telephone.open(url, KEY, now, timeout=timeout, lines=lines)
            telephone = await stack.enter_async_context(opening)
        yield telephone
