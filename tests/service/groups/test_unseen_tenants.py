"""What a tenant costs that came after the planner's last look at the tables (ADR 0011)."""

import psycopg

from services.chassis.caller import Caller, Role
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.groups.domain.groups import Fields, Group
from services.groups.domain.selections import Selection
from services.groups.feed.encoding import encode
from services.groups.store import selections
from services.groups.store.tables import contacts
from services.groups.store.visible import eyes
from services.groups.usecases import groups
from services.groups.usecases.groups import CreateGroup
from tests.service.groups.contacts import Contacts
from tests.support.databases import Databases
from tests.support.plans import rows_touched

PEOPLE = 300
_TABLES = "groups.contacts, groups.memberships, groups.groups"
_PLANNED_WITH = "(tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"


async def test_who_is_in_a_group_costs_as_many_rows_as_there_are_people(
    databases: Databases,
) -> None:
    """L-03: however old the statistics are, a launch does not grow with the square."""
    scratch = databases.another("vio_unseen_tenants")

    assert await _rows_touched(scratch) < 10 * PEOPLE


async def test_a_policy_that_the_planner_looks_through_costs_the_square(
    databases: Databases,
) -> None:
    """The control: what the policy was, and why it is a subquery."""
    scratch = databases.another("vio_seen_through")
    with psycopg.connect(scratch.url("groups_owner")) as owner:
        for table in _TABLES.split(", "):
            owner.execute(f"alter policy tenant on {table} using {_PLANNED_WITH}")

    assert await _rows_touched(scratch) > PEOPLE * PEOPLE / 2


async def _rows_touched(databases: Databases) -> int:
    """By all steps of finding the five of a group, for a tenant after the last `analyze`."""
    _leave_unanalyzed(databases)
    async with Database.open(databases.url("groups"), encode, Clock.real_time()) as db:
        await _tenant_with_a_group_of_five(db)
        with psycopg.connect(databases.url("groups_owner"), autocommit=True) as owner:
            owner.execute(f"analyze {_TABLES}")
        caller, group = await _tenant_with_a_group_of_five(db)
        clauses = selections.clauses(Selection(all=(group.id,)), selections.Manner())
        async with db.transaction(caller) as tx:
            query, values = contacts.select().where(*clauses), eyes(tx.caller)
            assert len(await tx.fetch_all(dict, query, **values)) == 5
            return await rows_touched(tx, query, **values)


def _leave_unanalyzed(databases: Databases) -> None:
    """Nobody looks at the tables but the test."""
    with psycopg.connect(databases.url("groups_owner")) as owner:
        for table in _TABLES.split(", "):
            owner.execute(f"alter table {table} set (autovacuum_enabled = off)")


async def _tenant_with_a_group_of_five(db: Database) -> tuple[Caller, Group]:
    """A new tenant, with another group that everybody is in."""
    caller = Caller(new_id(), new_id(), Role.CLIENT_ADMIN)
    people = tuple(await Contacts(db, caller).bulk(PEOPLE))
    async with db.transaction(caller) as tx:
        await groups.create(tx, CreateGroup(Fields("Everybody"), people))
        return caller, await groups.create(tx, CreateGroup(Fields("Five"), people[:5]))
