"""A stage for every scene: a database of its own, and the parts of the product around it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import grpc
import httpx
import pytest
from sqlalchemy import insert

from services.analytics.feed import consumers
from services.analytics.feed import serving as analytics_serving
from services.analytics.usecases import sources
from services.campaigns.feed import encoding as campaigns_encoding
from services.campaigns.store import tables
from services.campaigns.usecases.desk import Desk as CallingDesk
from services.chassis import interceptors, server
from services.chassis.auth import Verifier
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.chassis.interceptors import Around
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings
from services.groups import rpc
from services.groups.feed import encoding, serving
from services.groups.rpc import first_sight, policy
from services.groups.usecases.people import Acquaintance
from tests.chaos.scenes import Stage
from tests.service.dialling.hall import Book, Hall, receiving
from tests.service.dialling.office import Temporal, working
from tests.service.groups.desk import Desk
from tests.support import simulator as simulators
from tests.support import telephones
from tests.support import temporal as temporals
from tests.support.databases import Databases
from tests.support.issuer import Issuer, Person
from tests.support.simulator import TUESDAY_NINE

_TOKENS = "k" * 32


@pytest.fixture
def fresh(databases: Databases) -> Databases:
    """A database that nobody else writes."""
    return databases.another(f"{databases.name}_{new_id().hex}")


@pytest.fixture(scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Temporal]:
    folder = tmp_path_factory.mktemp("temporal")
    async with temporals.kept(folder) as environment:
        yield Temporal(environment.client, folder / temporals.FILE)


@pytest.fixture
def curtain(
    fresh: Databases,
    tmp_path: Path,
    temporal: Temporal,
    issuer: Issuer,
    admin: Person,
    tenant_id: UUID,
) -> Callable[[float], AbstractAsyncContextManager[Stage]]:
    """Raises the curtain once what is to be missing is missing; time goes as fast as is said."""

    @asynccontextmanager
    async def raised(scale: float) -> AsyncIterator[Stage]:
        clock = Clock.start(tmp_path / "clock.json", virtual_origin=TUESDAY_NINE, scale=scale)
        async with AsyncExitStack() as stack:
            hall = await stack.enter_async_context(_hall(fresh, clock, tmp_path, tenant_id))
            office = await stack.enter_async_context(working(hall, temporal))
            groups = await stack.enter_async_context(
                Database.open(fresh.url("groups"), encoding.encode, clock)
            )
            await stack.enter_async_context(_followed(groups, fresh, clock))
            channel = await stack.enter_async_context(_served(groups, issuer))
            yield Stage(fresh, hall, office, groups, Desk(channel, admin))

    return raised


@asynccontextmanager
async def _hall(
    fresh: Databases, clock: Clock, folder: Path, tenant_id: UUID
) -> AsyncIterator[Hall]:
    async with (
        Database.open(fresh.url("campaigns"), campaigns_encoding.encode, clock, max_size=8) as db,
        receiving(db) as (hook, _),
        simulators.running(folder, scale=clock.scale, webhook_url=hook) as simulator,
        telephones.patient(simulator.url, clock.now) as telephone,
    ):
        async with db.transaction(Caller.service(tenant_id)) as tx:
            await tx.execute(
                insert(tables.tenant_profiles).values(timezone="America/New_York", medical=False)
            )
        book = Book()
        yield Hall(CallingDesk(db, telephone, book), db, book, simulator, tenant_id)


@asynccontextmanager
async def _followed(groups: Database, fresh: Databases, clock: Clock) -> AsyncIterator[None]:
    """Analytics follows groups, as fast as it can."""
    feed = grpc.aio.server(interceptors=[Around(interceptors.refusals_as_status)])
    serving.register(feed, groups)
    port = feed.add_insecure_port("127.0.0.1:0")
    await feed.start()
    async with (
        Database.open(fresh.url("analytics"), analytics_serving.encode, clock) as analytics,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
        consumers.following(analytics, {sources.GROUPS: channel}),
    ):
        yield
    await feed.stop(None)


@asynccontextmanager
async def _served(groups: Database, issuer: Issuer) -> AsyncIterator[grpc.aio.Channel]:
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key=_TOKENS)
    async with (
        httpx.AsyncClient() as http,
        server.running(
            "127.0.0.1:0",
            lambda to: rpc.register(to, groups, PageTokens(_TOKENS)),
            policy.POLICY,
            Verifier(settings, http),
            with_reflection=False,
            behind=[first_sight.of(Acquaintance(groups))],
        ) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield channel
