"""What a tenant costs that is far above the average, which is what is planned for (ADR 0011)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest

from services.chassis.caller import Caller, Role
from services.chassis.clock import Clock
from services.chassis.db import Database, Query
from services.chassis.ids import new_id
from services.groups.domain.groups import Fields
from services.groups.domain.members import MemberSort, Origin
from services.groups.feed.encoding import encode
from services.groups.store import history, members
from services.groups.store.members import Begins
from services.groups.store.visible import eyes
from services.groups.usecases import groups, membership
from services.groups.usecases.groups import CreateGroup
from tests.service.groups.contacts import Contacts
from tests.support.databases import Databases
from tests.support.plans import rows_touched

PEOPLE = 4_000
PAGE = 25
_TABLES = "groups.contacts, groups.memberships, groups.groups"


@dataclass(frozen=True, slots=True)
class Large:
    """A tenant whose people are all in one group, among many that have ten."""

    db: Database
    caller: Caller
    group_id: UUID
    people: tuple[UUID, ...]

    async def cost(self, query: Query) -> int:
        """The rows that a statement touches for a page of people."""
        values = {"group_id": self.group_id, "size": PAGE, "skipped": 0}
        asked = {"contact_ids": list(self.people[:PAGE])}
        async with self.db.transaction(self.caller) as tx:
            return await rows_touched(tx, query, **values, **asked, **eyes(self.caller))


@pytest.fixture(scope="module")
async def large(databases: Databases) -> AsyncIterator[Large]:
    scratch = databases.another("vio_large_tenant")
    async with Database.open(scratch.url("groups"), encode, Clock.real_time()) as db:
        for _ in range(50):
            await _tenant(db, 10)
        made = await _tenant(db, PEOPLE)
        with psycopg.connect(scratch.url("groups_owner"), autocommit=True) as owner:
            owner.execute(f"analyze {_TABLES}")
        yield made


async def _tenant(db: Database, size: int) -> Large:
    caller = Caller(new_id(), new_id(), Role.CLIENT_ADMIN)
    people = tuple(await Contacts(db, caller).bulk(size))
    async with db.transaction(caller) as tx:
        group = await groups.create(tx, CreateGroup(Fields("Everybody"), people[:10]))
        if size > 10:
            await membership.join(tx, group.id, people[10:], Origin(new_id()), tx.now)
    return Large(db, caller, group.id, people)


async def test_a_page_of_members_touches_no_more_than_a_page(large: Large) -> None:
    """L-07: neither the members nor the groups that they are in are looked for among all."""
    page = members.whole(MemberSort.NAME, False, Begins.FIRST)

    assert await large.cost(page) < 10 * PAGE
    assert await large.cost(members.GROUPS_OF) < 10 * PAGE


async def test_who_is_a_member_is_not_looked_for_among_all(large: Large) -> None:
    """L-05: adding a few to a large group costs what they cost."""
    assert await large.cost(history.MEMBERS) < 10 * PAGE


async def test_what_looks_among_all_is_seen(large: Large) -> None:
    """The control: everybody in the group touches each of them."""
    assert await large.cost(history.EVERYONE) > PEOPLE
