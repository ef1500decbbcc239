"""How a call ends with a refusal."""

import asyncio
from typing import Any

import grpc
import pytest

from services.chassis import errors, status


class Gone:
    """A call whose caller has hung up: gRPC can't send a status any more."""

    async def abort_with_status(self, told: object) -> None:
        raise grpc.aio.InternalError("Failed to execute batch.")


async def test_a_refusal_that_nobody_waits_for_is_no_bug() -> None:
    context: Any = Gone()

    with pytest.raises(asyncio.CancelledError):
        await status.abort(context, errors.busy())
