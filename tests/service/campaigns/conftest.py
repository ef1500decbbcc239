"""The real servers of campaigns and groups in process, on the run's PostgreSQL."""

from collections.abc import AsyncIterator

import grpc
import httpx
import pytest
from pydantic import SecretStr

from services.campaigns import groups_client, rpc
from services.campaigns.feed import encoding, learning
from services.campaigns.rpc import policy
from services.campaigns.usecases import learning as usecases
from services.campaigns.usecases.launch import Launching
from services.chassis import channel as channels
from services.chassis import server
from services.chassis.auth import Credentials, Verifier
from services.chassis.caller import Caller, Role
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.feed import Consumer
from services.chassis.ids import new_id
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings
from services.groups import rpc as groups_rpc
from services.groups.feed import encoding as groups_encoding
from services.groups.feed import serving as groups_serving
from services.groups.rpc import first_sight
from services.groups.rpc import policy as groups_policy
from services.groups.usecases.people import Acquaintance
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, Engine
from tests.service.campaigns.ear import Ear
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.support.databases import Databases
from tests.support.issuer import Issuer, Person
from tests.support.simulator import KEY, TUESDAY_NINE

_TOKENS = "k" * 32


@pytest.fixture(scope="session")
def clock() -> Clock:
    """Tuesday, nine in the morning in New York, and on from there."""
    return Clock(TUESDAY_NINE, Clock.real_time().real_origin, 1)


@pytest.fixture(scope="session")
def settings(issuer: Issuer) -> Settings:
    return Settings(
        environment="test",
        oidc_issuer=issuer.url,
        oidc_client_id="campaigns",
        oidc_client_secret=SecretStr("secret"),
        page_token_key=_TOKENS,
    )


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture(scope="session")
async def groups_db(databases: Databases, clock: Clock) -> AsyncIterator[Database]:
    url = databases.url("groups")
    async with Database.open(url, groups_encoding.encode, clock) as opened:
        yield opened


@pytest.fixture(scope="session")
async def groups_address(
    groups_db: Database, settings: Settings, http: httpx.AsyncClient
) -> AsyncIterator[str]:
    def register(to: grpc.aio.Server) -> list[str]:
        services = groups_rpc.register(to, groups_db, PageTokens(_TOKENS))
        return [*services, *groups_serving.register(to, groups_db)]

    async with server.running(
        "127.0.0.1:0",
        register,
        groups_policy.POLICY,
        Verifier(settings, http),
        with_reflection=False,
        behind=[first_sight.of(Acquaintance(groups_db))],
    ) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
async def groups_channel(groups_address: str) -> AsyncIterator[grpc.aio.Channel]:
    """As people reach groups: nothing is added."""
    async with grpc.aio.insecure_channel(groups_address) as opened:
        yield opened


@pytest.fixture(scope="session")
async def to_groups(
    groups_address: str, settings: Settings, http: httpx.AsyncClient
) -> AsyncIterator[grpc.aio.Channel]:
    """As campaigns reaches groups: signed, with the waiting person."""
    async with channels.opened(groups_address, Credentials(settings, http)) as opened:
        yield opened


@pytest.fixture(scope="session")
async def db(databases: Databases, clock: Clock) -> AsyncIterator[Database]:
    async with Database.open(databases.url("campaigns"), encoding.encode, clock) as opened:
        yield opened


@pytest.fixture(autouse=True)
async def _zone(db: Database, admin: Person) -> None:
    """The tenant's zone is known, as it is once its profile was made."""
    async with db.transaction(admin.caller) as tx:
        await usecases.tenant(tx, "America/New_York", medical=False)


@pytest.fixture(scope="session")
async def following(to_groups: grpc.aio.Channel, db: Database) -> AsyncIterator[Consumer]:
    """What campaigns hears of groups, as it happens."""
    async with learning.following(to_groups, db).running() as consumer:
        yield consumer


@pytest.fixture
def ear(db: Database, admin: Person, channel: grpc.aio.Channel) -> Ear:
    return Ear(db, admin.caller)


@pytest.fixture(scope="session")
def the_engine() -> Engine:
    return Engine()


@pytest.fixture
def engine(the_engine: Engine) -> Engine:
    """The engine, as if nobody had spoken to it."""
    the_engine.silent = False
    the_engine.told.clear()
    return the_engine


@pytest.fixture(scope="session")
async def channel(
    db: Database,
    to_groups: grpc.aio.Channel,
    following: Consumer,
    the_engine: Engine,
    settings: Settings,
    http: httpx.AsyncClient,
) -> AsyncIterator[grpc.aio.Channel]:
    contacts = groups_client.contacts(to_groups)

    def register(to: grpc.aio.Server) -> list[str]:
        return rpc.register(
            to,
            Launching(db, contacts, the_engine),
            contacts,
            PageTokens(_TOKENS),
            provider_key=KEY,
            is_fresh=following.is_fresh_for,
        )

    verifier = Verifier(settings, http)
    async with (
        server.running(
            "127.0.0.1:0", register, policy.POLICY, verifier, with_reflection=False
        ) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened,
    ):
        yield opened


@pytest.fixture
def desk(channel: grpc.aio.Channel, admin: Person, engine: Engine) -> Desk:
    """An administrator's desk."""
    return Desk(channel, admin)


@pytest.fixture
def staff(channel: grpc.aio.Channel, user: Person, engine: Engine) -> Desk:
    """The desk of somebody without administrator's rights, in the same tenant."""
    return Desk(channel, user)


@pytest.fixture
def stranger(channel: grpc.aio.Channel, issuer: Issuer, engine: Engine) -> Desk:
    """The desk of another tenant's administrator."""
    return Desk(channel, issuer.person(Role.CLIENT_ADMIN, new_id(), "Stan Stranger"))


@pytest.fixture
def machine(channel: grpc.aio.Channel, issuer: Issuer, engine: Engine) -> Desk:
    """The gateway's own desk."""
    return Desk(channel, issuer.person(Role.SERVICE, None, "gateway"))


@pytest.fixture
def line(db: Database, admin: Person, machine: Desk) -> Line:
    """The tenant's telephone line."""
    return Line(db, Caller.service(admin.caller.tenant_id, "campaigns"), machine)


@pytest.fixture
def groups(groups_channel: grpc.aio.Channel, admin: Person) -> GroupsDesk:
    """The administrator's desk at the groups context."""
    return GroupsDesk(groups_channel, admin)


@pytest.fixture
def audience(groups_db: Database, admin: Person) -> Audience:
    """Makes people of the tenant who may be called."""
    return Audience(groups_db, admin.caller)
