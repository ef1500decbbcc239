"""The real server of the analytics context in process, on the run's PostgreSQL."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

import grpc
import httpx
import pytest

from services.analytics.feed import serving
from services.analytics.rpc import analytics_service, policy
from services.chassis import server
from services.chassis.auth import Verifier
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.settings import Settings
from tests.service.analytics.world import NINE, World, heard_of_everything
from tests.support.databases import Databases
from tests.support.issuer import Issuer
from vio.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceStub

if TYPE_CHECKING:
    from vio.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceAsyncStub


@pytest.fixture(scope="session")
async def db(databases: Databases) -> AsyncIterator[Database]:
    clock = Clock(NINE, Clock.real_time().real_origin, 1)
    async with Database.open(databases.url("analytics"), serving.encode, clock) as opened:
        yield opened


@pytest.fixture
def world(db: Database, tenant_id: UUID) -> World:
    return World(db, tenant_id)


@pytest.fixture
async def fresh(db: Database) -> None:
    """Both feeds have been followed up to now."""
    await heard_of_everything(db, db.clock.now())


@pytest.fixture(scope="session")
async def stub(db: Database, issuer: Issuer) -> AsyncIterator["AnalyticsServiceAsyncStub"]:
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)
    async with (
        httpx.AsyncClient() as http,
        server.running(
            "127.0.0.1:0",
            lambda to: analytics_service.register(to, db),
            policy.POLICY,
            Verifier(settings, http),
            with_reflection=False,
        ) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield AnalyticsServiceStub(channel)
