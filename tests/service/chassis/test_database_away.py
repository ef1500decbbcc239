"""A database that was away is used again as soon as it is back, however long it was away."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg_pool.base import AttemptWithBackoff
from sqlalchemy import text

from deploy.local.postgres import Cluster
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.errors import Unavailable
from tests.support.feeds import encode
from tests.support.ports import free_block

AWAY = 4.0
BACK_WITHIN = 20.0
LONGER_PAUSE = 60.0


@pytest.fixture
def cluster(reachable_path: Path) -> Iterator[Cluster]:
    cluster = Cluster.start(reachable_path / "postgres", free_block())
    cluster.create_database("away")
    yield cluster
    cluster.stop("immediate")


async def _answers(db: Database) -> bool:
    try:
        async with db.transaction(Caller.service(None)) as tx:
            return int(await tx.fetch_value(text("select 1"))) == 1
    except Unavailable:
        return False


async def test_a_database_that_was_away_is_used_again_at_once(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9: nobody waits longer for it because it was away longer.

    A pool that goes on where its pauses have come to would wait a minute here.
    """
    monkeypatch.setattr(AttemptWithBackoff, "DELAY_BACKOFF", LONGER_PAUSE)
    url = cluster.url("groups", "away")
    async with Database.open(url, encode, Clock.real_time()) as db:
        assert await _answers(db)
        await asyncio.to_thread(cluster.stop, "immediate")
        away = time.monotonic()
        while time.monotonic() - away < AWAY:
            assert not await _answers(db)
        await asyncio.to_thread(Cluster.start, cluster.state, cluster.port)
        back = time.monotonic()
        while not await _answers(db):
            assert time.monotonic() - back < BACK_WITHIN


async def test_a_crash_fails_whoever_meets_it_first_and_nobody_behind(cluster: Cluster) -> None:
    """P17: the pool's connections are lost together, and are replaced together."""
    url = cluster.url("groups", "away")
    async with Database.open(url, encode, Clock.real_time()) as db:
        await asyncio.gather(*(_answers_slowly(db) for _ in range(8)))
        await asyncio.to_thread(cluster.stop, "immediate")
        await asyncio.to_thread(Cluster.start, cluster.state, cluster.port)

        first, *others = [await _answers(db) for _ in range(8)]

    assert (first, others) == (False, [True] * 7)


async def _answers_slowly(db: Database) -> None:
    async with db.transaction(Caller.service(None)) as tx:
        await tx.fetch_value(text("select 1 from pg_sleep(0.2)"))
