"""A context that announces and one that follows, on databases of their own."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.support import feeds
from tests.support.databases import Databases
from tests.support.feeds import Follower, Source

if TYPE_CHECKING:
    from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceAsyncStub as Stub


@pytest.fixture(scope="session")
def pair(databases: Databases) -> Databases:
    return feeds.make_schemas(databases, f"{databases.name}_feed")


@pytest.fixture
async def source(pair: Databases) -> AsyncIterator[Source]:
    async with feeds.opened(pair, "groups") as database:
        yield Source(database)


@pytest.fixture
async def follower(pair: Databases) -> AsyncIterator[Follower]:
    with psycopg.connect(pair.url("campaigns_owner")) as connection:
        connection.execute("truncate feed_positions, parked_events")
    async with feeds.opened(pair, "campaigns") as database:
        yield Follower(database)


@pytest.fixture
async def stub(source: Source) -> AsyncIterator["Stub"]:
    async with source.served() as stub:
        yield stub
