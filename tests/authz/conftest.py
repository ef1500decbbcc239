"""A whole running stack, with the tests' own issuer so that any token can be signed."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import httpx
import psycopg
import pytest

from deploy.local import parts
from deploy.local.settings import DATABASE, Ports, StackSettings
from deploy.local.stack import Stack
from tests.authz import contracts
from tests.authz.contracts import CONTEXTS
from tests.authz.expected import Role
from tests.authz.founding import Founder, until
from tests.authz.house import House, Household
from tests.support.discretion import discreet
from tests.support.issuer import Issuer, Person
from tests.support.ports import free_block

_MARKS = {"THEIRS": "777", "OURS": "333"}
_PHONES = [f"+1212555{digits}" for digits in _MARKS.values()]
_LIST = "/vio.feed.v1.ChangeFeedService/List"
_ANALYTICS = ("analytics", "/vio.analytics.v1.AnalyticsService/GetGroupAnalytics")


@dataclass(frozen=True)
class Town:
    """The stack, and the two tenants in it: `ours` attacks and is attacked, `theirs` rests."""

    stack: Stack
    house: House
    ours: Household
    theirs: Household
    rest: httpx.AsyncClient

    def person(self, role: Role) -> Person:
        """Who it is that asks about our things."""
        return self.ours.people[role]

    async def with_another_tenant(self) -> "Town":
        """The same town, with a tenant of ours that nobody has touched yet."""
        anew = replace(self, ours=await _ours(self.house))
        await until(partial(_knows, anew, anew.ours))
        return anew

    def ledger(self) -> list[dict[str, Any]]:
        """Every dial that the provider accepted."""
        url = f"{self.stack.settings.simulator}/admin/ledger"
        answer = httpx.get(url, params={"kind": "dial", "limit": 10_000}, trust_env=False)
        items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return items

    def rows(self, household: Household) -> dict[str, str]:
        """A checksum of the tenant's rows in every table of every context."""
        with psycopg.connect(self.stack.cluster.url("vio_backup", DATABASE)) as connection:
            return {
                name: str(connection.execute(_SUM.format(name), (household.id,)).fetchone())
                for (name,) in connection.execute(_TABLES, (list(CONTEXTS),)).fetchall()
            }

    def people_in_calls(self, household: Household) -> int:
        with psycopg.connect(self.stack.cluster.url("vio_backup", DATABASE)) as connection:
            row = connection.execute(_IN_CALLS, (household.id,)).fetchone()
        assert row is not None
        return int(row[0])


_IN_CALLS = "select count(*) from campaigns.recipients where tenant_id = %s and state = 'in_call'"
_TABLES = """
select format('%%I.%%I', n.nspname, c.relname) from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
where c.relkind in ('r', 'p') and n.nspname = any(%s) order by 1
"""
_SUM = (
    "select count(*), md5(string_agg(r::text, '|' order by r::text)) from {} r where tenant_id = %s"
)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the database's unprivileged user can reach too."""
    made = Path(tempfile.mkdtemp(prefix="vio-authz-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
async def town(issuer: Issuer, folder: Path) -> AsyncIterator[Town]:
    """Twice as fast as life, so that it is a Tuesday morning in New York whenever it runs."""
    settings = StackSettings(folder / "stack", Ports(free_block()), scale=2, environment="test")
    stack = Stack(
        settings,
        only=[name for name in parts.NAMES if name != "issuer"],
        extra={name: {"OIDC_ISSUER": issuer.url} for name in parts.NAMES},
    )
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(discreet(stack, "CANARY-", *_PHONES))
        channels = {
            name: await opened.enter_async_context(
                grpc.aio.insecure_channel(f"127.0.0.1:{getattr(settings.ports, name)}")
            )
            for name in CONTEXTS
        }
        rest = await opened.enter_async_context(
            httpx.AsyncClient(base_url=settings.gateway, timeout=30, trust_env=False)
        )
        house = House(channels, issuer, key=stack.secrets.retell)
        theirs = await Founder(house, "THEIRS", _MARKS["THEIRS"], zone="America/New_York").found()
        town = Town(stack, house, await _ours(house), theirs, rest)
        await _until_all_is_known(town)
        for context in CONTEXTS:
            house.cursors[context] = await _cursor(town, context)
        yield town


@pytest.fixture(autouse=True)
def undisturbed(request: pytest.FixtureRequest) -> Iterator[None]:
    """P21: whatever a test asks, not a row of the tenant that rests changes by it."""
    if "town" not in request.fixturenames:
        yield
        return
    town: Town = request.getfixturevalue("town")
    before = town.rows(town.theirs)
    yield
    assert town.rows(town.theirs) == before


async def _ours(house: House) -> Household:
    """A tenant whose people sleep: its campaigns wait, and nothing changes by itself."""
    return await Founder(house, "OURS", _MARKS["OURS"], zone="Asia/Tokyo").found()


async def _until_all_is_known(town: Town) -> None:
    """The contexts know of each other's groups, and the tenant that rests does rest."""
    await until(partial(_knows, town, town.ours))
    await until(partial(_knows, town, town.theirs))
    await until(partial(_rests, town, town.theirs))


async def _rests(town: Town, household: Household) -> bool:
    """Nobody is in a call that the campaign began before it was held, and nothing else changes."""
    before = town.rows(household)
    await asyncio.sleep(2)
    return town.people_in_calls(household) == 0 and town.rows(household) == before


async def _cursor(town: Town, context: str) -> str:
    """Where a context's feed can be watched from."""
    listed = town.house.stream(
        (context, _LIST), town.person(Role.MACHINE).metadata, contracts.request(_LIST, {})
    )
    return str([each.cursor async for each in listed][-1])


async def _knows(town: Town, household: Household) -> bool:
    admin = household.people[Role.CLIENT_ADMIN]
    for things in household.things.values():
        asked = contracts.request(_ANALYTICS[1], things)
        if (await town.house.ask(_ANALYTICS, admin.metadata, asked)).reply is None:
            return False
    return True
