"""Reflection: for those who develop, never in production."""

from typing import Any

import grpc
import httpx
import pytest
from grpc_reflection.v1alpha import reflection_pb2 as pb
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from services.chassis import server
from services.chassis.auth import Credentials, Verifier
from services.chassis.clock import Clock
from services.chassis.process import Process
from services.chassis.settings import Settings


async def _services_shown_in(environment: Any) -> list[str]:
    settings = Settings(
        environment=environment, oidc_issuer="https://id.example.com", page_token_key="k" * 32
    )
    async with httpx.AsyncClient() as http:
        verifier = Verifier(settings, http)
        process = Process(settings, Clock.real_time(), verifier, Credentials(settings, http))
        async with (
            server.running(
                "127.0.0.1:0", lambda _: [], {}, verifier, with_reflection=process.with_reflection
            ) as port,
            grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
        ):
            stub: Any = ServerReflectionStub(channel)  # type: ignore[arg-type] # works with aio too
            call = stub.ServerReflectionInfo(iter([pb.ServerReflectionRequest(list_services="")]))
            answers = [answer async for answer in call]
    return [each.name for answer in answers for each in answer.list_services_response.service]


async def test_a_server_shows_its_services_to_who_develops() -> None:
    assert "grpc.health.v1.Health" in await _services_shown_in("test")


async def test_a_server_in_production_shows_nothing() -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _services_shown_in("production")

    assert refused.value.code() is not grpc.StatusCode.OK
