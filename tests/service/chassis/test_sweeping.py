"""Stored answers are erased once nobody can get them again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text

from services.chassis import requests, sweeping
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.chassis.requests import Request
from tests.support import feeds
from tests.support.databases import Databases


@dataclass(frozen=True)
class Kept:
    """An answer that holds personal data."""

    name: str


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with feeds.opened(databases, "groups") as opened:
        yield opened


async def test_answers_of_every_tenant_are_erased_after_a_day(db: Database) -> None:
    """Ruling 3: they are kept for 24 hours."""
    first, second = [await _tenant_with_answers(db) for _ in range(2)]

    await sweeping.sweep(db)

    assert [await _left(db, each) for each in (first, second)] == [["young"], ["young"]]


async def _tenant_with_answers(db: Database) -> UUID:
    """A tenant with an answer of a moment ago, and one of yesterday."""
    caller = Caller.service(new_id())
    async with db.transaction(caller) as tx:
        await tx.execute(text("insert into tenants values (:id)"), id=caller.tenant_id)
        for name in ("young", "old"):
            await requests.keep(tx, Request("CreateContact", name), Kept("Planted Name"))
        yesterday = "update requests set stored_at = now() - interval '25 hours' "
        await tx.execute(text(yesterday + "where request_id = 'old'"))
    assert caller.tenant_id is not None
    return caller.tenant_id


async def _left(db: Database, tenant_id: UUID) -> list[str]:
    async with db.transaction(Caller.service(tenant_id)) as tx:
        return await tx.fetch_values(text("select request_id from requests"))
