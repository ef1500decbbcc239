"""The real server of the groups context in process, on the run's PostgreSQL."""

from collections.abc import AsyncIterator, Iterator

import grpc
import httpx
import pytest

from services.chassis import failpoints, server
from services.chassis.auth import Verifier
from services.chassis.caller import Role
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings
from services.groups import rpc
from services.groups.feed.encoding import encode
from services.groups.rpc import first_sight, policy
from services.groups.usecases.people import Acquaintance
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from tests.support.databases import Databases
from tests.support.issuer import Issuer, Person


@pytest.fixture(scope="session")
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with Database.open(databases.url("groups"), encode, Clock.real_time()) as opened:
        yield opened


@pytest.fixture(scope="session")
async def port(db: Database, issuer: Issuer) -> AsyncIterator[int]:
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)
    async with (
        httpx.AsyncClient() as http,
        server.running(
            "127.0.0.1:0",
            lambda to: rpc.register(to, db, PageTokens("k" * 32)),
            policy.POLICY,
            Verifier(settings, http),
            with_reflection=False,
            behind=[first_sight.of(Acquaintance(db))],
        ) as opened,
    ):
        yield opened


@pytest.fixture(scope="session")
async def channel(port: int) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened


@pytest.fixture
def desk(channel: grpc.aio.Channel, admin: Person) -> Desk:
    """An administrator's desk."""
    return Desk(channel, admin)


@pytest.fixture
def staff(channel: grpc.aio.Channel, user: Person) -> Desk:
    """The desk of somebody without administrator's rights, in the same tenant."""
    return Desk(channel, user)


@pytest.fixture
def stranger(channel: grpc.aio.Channel, issuer: Issuer) -> Desk:
    """The desk of another tenant's administrator."""
    return Desk(channel, issuer.person(Role.CLIENT_ADMIN, new_id(), "Stan Stranger"))


@pytest.fixture
def contacts(db: Database, admin: Person) -> Contacts:
    """Makes contacts in the tenant."""
    return Contacts(db, admin.caller)


@pytest.fixture
def breaks_half_way() -> Iterator[None]:
    """The import meets a bug when two of three portions are taken."""
    failpoints.arm("mid_bulk_chunk:raise@2")
    yield
    failpoints.arm("")
