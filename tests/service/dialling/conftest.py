"""A hall per test: its own tenant, clock and simulator."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from uuid import UUID

import grpc
import httpx
import pytest
from sqlalchemy import insert

from services.campaigns import groups_client, rpc
from services.campaigns.feed import encoding
from services.campaigns.rpc import policy
from services.campaigns.store import tables
from services.campaigns.usecases import desk
from services.campaigns.usecases.launch import Launching
from services.chassis import server
from services.chassis.auth import Verifier
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings
from tests.service.campaigns.desk import Desk
from tests.service.dialling.hall import Book, Hall, receiving
from tests.service.dialling.office import Office, Temporal, working
from tests.support import simulator as simulators
from tests.support import telephones
from tests.support import temporal as temporals
from tests.support.databases import Databases
from tests.support.issuer import Issuer, Person
from tests.support.simulator import KEY, TUESDAY_NINE

# Temporal's own pause is off unless it is asked for.
PAUSING = "frontend.WorkflowPauseEnabled=true"


@pytest.fixture
def scale() -> float:
    """How fast the hall's clock runs; a module may choose its own."""
    return 100


@pytest.fixture
def lines() -> int:
    """How many calls the provider carries at once; a module may choose its own."""
    return 20


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> float:
    """How long an answer of the provider is waited for; a test of its silence may choose less.

    Whoever settles what a worker left waits as long once more, so an office has less of it.
    """
    return 3 if "office" in request.fixturenames else 10


@pytest.fixture
async def hall(
    databases: Databases,
    tmp_path: Path,
    tenant_id: UUID,
    scale: float,
    lines: int,
    patience: float,
) -> AsyncIterator[Hall]:
    clock = Clock.start(tmp_path / "clock.json", virtual_origin=TUESDAY_NINE, scale=scale)
    async with (
        Database.open(databases.url("campaigns"), encoding.encode, clock, max_size=8) as db,
        receiving(db) as (hook, _),
        simulators.running(tmp_path, scale=scale, webhook_url=hook, concurrency=lines) as simulator,
        telephones.patient(simulator.url, clock.now, timeout=patience) as telephone,
    ):
        async with db.transaction(Caller.service(tenant_id)) as tx:
            await tx.execute(
                insert(tables.tenant_profiles).values(timezone="America/New_York", medical=False)
            )
        book = Book()
        yield Hall(desk.Desk(db, telephone, book), db, book, simulator, tenant_id)


@pytest.fixture(scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Temporal]:
    folder = tmp_path_factory.mktemp("temporal")
    async with temporals.kept(folder, PAUSING) as environment:
        yield Temporal(environment.client, folder / temporals.FILE)


@pytest.fixture
async def office(hall: Hall, temporal: Temporal) -> AsyncIterator[Office]:
    """The hall with a worker at work."""
    async with working(hall, temporal) as opened:
        yield opened


@pytest.fixture
async def administrator(office: Office, admin: Person, issuer: Issuer) -> AsyncIterator[Desk]:
    """Somebody at the campaigns context's server, who asks nothing that groups must know."""
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        grpc.aio.insecure_channel("127.0.0.1:1") as nobody,
        server.running(
            "127.0.0.1:0",
            partial(_register, office, nobody),
            policy.POLICY,
            Verifier(settings, http),
            with_reflection=False,
        ) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield Desk(channel, admin)


def _register(office: Office, groups: grpc.aio.Channel, to: grpc.aio.Server) -> list[str]:
    contacts = groups_client.contacts(groups)
    return rpc.register(
        to,
        Launching(office.hall.db, contacts, office.starter),
        contacts,
        PageTokens("k" * 32),
        provider_key=KEY,
        is_fresh=lambda tenant_id: True,
    )
