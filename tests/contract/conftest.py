"""The whole product in process, and people who come to it over REST and over gRPC."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.chassis.caller import Caller, Role
from services.chassis.ids import new_id
from tests.contract import house as houses
from tests.contract.house import House, browser
from tests.contract.scene import Maker, Things
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk as CampaignsDesk
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.support.databases import Databases
from tests.support.issuer import Issuer, Person


@pytest.fixture(scope="session")
def own(databases: Databases) -> Databases:
    """Whoever follows feeds here hears of this house's tenants only."""
    return databases.another(f"{databases.name}_house")


@pytest.fixture(scope="package")
async def house(own: Databases, issuer: Issuer) -> AsyncIterator[House]:
    async with houses.opened(own, issuer) as opened:
        yield opened


@pytest.fixture
async def rest(house: House, admin: Person) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator's client."""
    async with browser(house, admin.token) as client:
        yield client


@pytest.fixture
async def staff_rest(house: House, user: Person) -> AsyncIterator[httpx.AsyncClient]:
    """The client of somebody without administrator's rights, in the same tenant."""
    async with browser(house, user.token) as client:
        yield client


@pytest.fixture
async def strangers_rest(house: House, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """The client of another tenant's administrator."""
    stranger = issuer.person(Role.CLIENT_ADMIN, new_id(), "Stan Stranger")
    async with browser(house, stranger.token) as client:
        yield client


@pytest.fixture
def audience(house: House, admin: Person) -> Audience:
    """Makes people of the tenant who may be called."""
    return Audience(house.groups.db, admin.caller)


@pytest.fixture
def groups(house: House, admin: Person) -> GroupsDesk:
    """The administrator's desk at the groups context, over gRPC."""
    return GroupsDesk(house.groups.channel, admin)


@pytest.fixture
def line(house: House, admin: Person, issuer: Issuer) -> Line:
    """The tenant's telephone line."""
    gateway = CampaignsDesk(house.campaigns.channel, issuer.person(Role.SERVICE, None, "gateway"))
    caller = Caller.service(admin.caller.tenant_id, "campaigns")
    return Line(house.campaigns.db, caller, gateway)


@pytest.fixture(scope="module")
def owner(issuer: Issuer) -> Person:
    return issuer.person(Role.CLIENT_ADMIN, new_id(), "Ada Admin")


@pytest.fixture(scope="module")
async def clients(
    house: House, owner: Person, issuer: Issuer
) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    root = issuer.person(Role.SUPER_ADMIN, new_id(), "Root")
    async with browser(house, owner.token) as admin, browser(house, root.token) as above:
        yield {"admin": admin, "root": above}


@pytest.fixture(scope="module")
async def things(
    house: House, owner: Person, issuer: Issuer, clients: dict[str, httpx.AsyncClient]
) -> Things:
    """A tenant with everything in it, for all tests of a module."""
    machine = issuer.person(Role.SERVICE, None, "gateway")
    line = Line(
        house.campaigns.db,
        Caller.service(owner.caller.tenant_id, "campaigns"),
        CampaignsDesk(house.campaigns.channel, machine),
    )
    maker = Maker(clients["admin"], Audience(house.groups.db, owner.caller), line)
    return await maker.everything()
