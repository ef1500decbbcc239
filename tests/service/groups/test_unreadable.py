"""Bytes that are no message of the contract."""

from typing import Any

import grpc
import pytest

from services.chassis import status
from tests.support.issuer import Person

GET = "/vio.groups.v1.GroupService/GetGroup"
IMPORT = "/vio.groups.v1.ImportService/ImportContacts"
ENDLESS = b"\x0a\xff\xff\xff\xff\x07abc"


async def test_bytes_that_are_no_message_are_a_refused_value(
    channel: grpc.aio.Channel, admin: Person
) -> None:
    call: Any = channel.unary_unary(GET)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(ENDLESS, metadata=admin.metadata, timeout=5)

    failure = status.of_error(refused.value)
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "UNREADABLE")


async def test_a_stream_of_bytes_that_are_no_message_is_a_refused_value(
    channel: grpc.aio.Channel, admin: Person
) -> None:
    call: Any = channel.stream_unary(IMPORT)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(iter([ENDLESS]), metadata=admin.metadata, timeout=5)

    failure = status.of_error(refused.value)
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "UNREADABLE")


async def test_nothing_is_read_of_somebody_unknown(channel: grpc.aio.Channel) -> None:
    call: Any = channel.unary_unary(GET)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(ENDLESS, timeout=5)

    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
