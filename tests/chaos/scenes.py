"""Small scenes, each of which goes well unless one certain safety is missing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from services.campaigns.usecases import finishing
from services.chassis import db as sql
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.requests import Request
from services.groups.domain.groups import Fields
from services.groups.usecases import groups, members
from services.groups.usecases.groups import CreateGroup
from services.groups.usecases.members import Change
from services.groups.usecases.targets import Target
from tests.chaos import collecting
from tests.chaos.evidence import Acknowledged, Contact, Evidence
from tests.service.dialling.hall import Hall
from tests.service.dialling.office import Office
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from tests.support.databases import Databases
from tests.support.simulator import KEY

_PATIENCE = 3.0
_ANSWERS = "+1212555{:04}"
_OTHERS = "+1646555{:04}"
_HONOLULU = "+1808555{:04}"
_GROUP = CreateGroup(Fields("Of one connection"))
_TENANTS = sql.compiled(text("select count(*) from tenants"))


@dataclass(frozen=True)
class Stage:
    """A database of its own, with the parts of the product that a scene needs."""

    databases: Databases
    hall: Hall
    office: Office
    groups: Database
    desk: Desk

    @property
    def url(self) -> str:
        return self.databases.url("vio_backup")

    async def evidence(self, **facts: Any) -> Evidence:
        """What the scene left behind, by tables and ledger."""
        ledger = await self.hall.simulator.ledger()
        ended = await collecting.ends(self.hall.simulator.url, KEY)
        told = {
            "dials": collecting.dials(ledger, ended),
            "asked": collecting.asked(ledger),
            **await collecting.tables(self.url),
        }
        return Evidence(**(told | facts))

    async def until(self, holds: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not await holds():
                await asyncio.sleep(0.02)

    async def perhaps(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Waits for what happens only with the safety, or only without it."""
        with suppress(TimeoutError):
            await self.until(holds, _PATIENCE)


async def an_answer_is_lost(stage: Stage) -> Evidence:
    """The provider takes the calls and says nothing; then one turn more."""
    await stage.hall.simulator.rule({"fault": "accept_then_reset", "times": 5})
    campaign = await stage.hall.campaign(*map(_ANSWERS.format, range(100, 105)))
    for _ in range(2):
        await stage.hall.batch(campaign)
    return await stage.evidence()


async def an_operator_resets_a_workflow(stage: Stage) -> Evidence:
    """While nobody knows what became of the first requests; the provider fails on for a while."""
    await stage.hall.simulator.rule({"fault": "reset"})
    campaign = await stage.office.launch(_ANSWERS.format(100))
    await stage.until(lambda: _has(stage, "refusal"))
    await stage.office.cli(
        *("workflow", "reset", "-w", f"campaign/{campaign.id}"),
        *("-t", "FirstWorkflowTask", "--reason", "chaos"),
    )
    await stage.until(lambda: _has(stage, "refusal", 5))
    await stage.hall.simulator.rule()
    await stage.office.workflow(campaign).result()
    return await stage.evidence()


async def reports_come_in_reverse(stage: Stage) -> Evidence:
    await stage.hall.simulator.rule({"fault": "webhook_reorder"})
    campaign = await stage.hall.campaign(_ANSWERS.format(144))
    await stage.hall.through(campaign)
    await stage.until(lambda: _has(stage, "webhook", 3))
    await finishing.finish(stage.hall.desk, stage.hall.work(campaign), "completed")
    return await stage.evidence()


async def a_campaign_is_cancelled_before_its_next_batch(stage: Stage) -> Evidence:
    """The scene lasts for longer than a call may ring after the promise."""
    numbers = [each.format(ending) for each in (_ANSWERS, _OTHERS) for ending in range(100, 140)]
    campaign = await stage.hall.campaign(*numbers)
    await stage.hall.batch(campaign)
    await stage.hall.change(campaign, state="cancelling")
    promise = Acknowledged(stage.hall.tenant_id, str(campaign.id), datetime.now(UTC))
    async with asyncio.timeout(60):
        while (datetime.now(UTC) - promise.at).total_seconds() < 9:
            batch = await stage.hall.batch(campaign)
            await asyncio.sleep(min(batch.seconds, 0.5))
    return await stage.evidence(cancels=(promise,))


async def people_sleep_in_honolulu(stage: Stage) -> Evidence:
    """It is nine in the morning in New York, and day for the server too."""
    campaign = await stage.hall.campaign(*map(_HONOLULU.format, range(100, 103)))
    for person in campaign.people:
        stage.hall.book.change(person, timezone="Pacific/Honolulu")
    await stage.hall.batch(campaign)
    contacts = tuple(
        Contact(stage.hall.tenant_id, each, "Pacific/Honolulu", "America/New_York", True)
        for each in campaign.people
    )
    return await stage.evidence(contacts=contacts)


async def more_people_than_a_window_holds(stage: Stage) -> Evidence:
    """Forty, the provider has lines for all of them, and nobody waits between batches."""
    lines = {"concurrency": 100}
    (await stage.hall.simulator.admin.put("/admin/limits", json=lines)).raise_for_status()
    campaign = await stage.hall.campaign(*map(_ANSWERS.format, range(100, 140)))
    for _ in range(12):
        await stage.hall.batch(campaign)
    return await stage.evidence()


async def a_change_is_broken_off(stage: Stage) -> Evidence:
    """Whoever added somebody hangs up as soon as it is done."""
    group, (person,) = await _group(stage, 1)
    adding = asyncio.create_task(_add(stage, group, person))
    await stage.until(lambda: _is_member(stage, group, person))
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    return await stage.evidence()


async def ten_add_to_one_group(stage: Stage) -> Evidence:
    group, people = await _group(stage, 10)
    await asyncio.gather(*(_add(stage, group, each) for each in people))
    return await stage.evidence(projected={group: len(people)})


async def a_slow_writer_is_overtaken(stage: Stage) -> Evidence:
    """The earlier one has announced its change, and can't store its answer yet."""
    slow, (first,) = await _group(stage, 1)
    quick, (second,) = await _group(stage, 1)
    owner = stage.databases.url("groups_owner")
    async with await psycopg.AsyncConnection.connect(owner) as connection:
        await connection.execute("lock table groups.requests in exclusive mode")
        overtaken = asyncio.create_task(_add(stage, slow, first, "slowly"))
        await stage.until(lambda: _waits(connection))
        await _add(stage, quick, second)
        await stage.perhaps(lambda: _is_projected(stage, quick))
    await overtaken
    await stage.perhaps(lambda: _is_projected(stage, slow))
    return await stage.evidence()


async def one_connection_serves_everybody(stage: Stage) -> Evidence:
    """A reader across tenants, then somebody's own request."""
    url, caller = stage.databases.url("groups"), stage.desk.person.caller
    surprises = []
    async with Database.open(url, stage.groups.encode, stage.groups.clock, max_size=1) as alone:
        async with alone.across_tenants() as tx:
            await tx.fetch_value(_TENANTS)
        try:
            await groups.create_group(alone, caller, Request("CreateGroup", ""), _GROUP)
        except psycopg.Error as error:
            surprises.append(f"CreateGroup: {type(error).__name__}")
    return await stage.evidence(surprises=tuple(surprises))


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens, and how fast time goes: slowly for one window, fast for several."""

    play: Callable[[Stage], Awaitable[Evidence]]
    scale: float = 100


SCENES: Mapping[str, Scene] = {
    "dial_before_intent": Scene(an_answer_is_lost),
    "key_of_the_run": Scene(an_operator_resets_a_workflow),
    "audit_afterwards": Scene(a_change_is_broken_off),
    "cursor_by_number": Scene(a_slow_writer_is_overtaken),
    "count_without_lock": Scene(ten_add_to_one_group),
    "last_report_wins": Scene(reports_come_in_reverse),
    "cancel_unheard": Scene(a_campaign_is_cancelled_before_its_next_batch, scale=300),
    "hours_of_the_server": Scene(people_sleep_in_honolulu),
    "limiter_off": Scene(more_people_than_a_window_holds, scale=10),
    "set_for_the_session": Scene(one_connection_serves_everybody),
}


async def _has(stage: Stage, kind: str, lines: int = 1) -> bool:
    return len(await stage.hall.simulator.ledger(kind)) >= lines


async def _group(stage: Stage, people: int) -> tuple[UUID, list[UUID]]:
    """An empty group, and contacts who may join it."""
    contacts = Contacts(stage.groups, stage.desk.person.caller)
    made = await contacts.many(people)
    group = await stage.desk.create_group(f"Group of {made[0]}")
    return UUID(group.id), made


async def _add(stage: Stage, group: UUID, person: UUID, request: str = "") -> None:
    order = Change(group, Target((person,)), reason="asked")
    caller: Caller = stage.desk.person.caller
    await members.add_members(stage.groups, caller, Request("AddMembers", request), order)


async def _is_member(stage: Stage, group: UUID, person: UUID) -> bool:
    tables = await collecting.tables(stage.url)
    return person in tables["members"].get(group, ())


async def _is_projected(stage: Stage, group: UUID) -> bool:
    tables = await collecting.tables(stage.url)
    return bool(tables["projected"].get(group))


async def _waits(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether somebody waits for a lock that this connection holds."""
    waiting = await connection.execute(
        "select from pg_locks where not granted and relation = 'groups.requests'::regclass"
    )
    return await waiting.fetchone() is not None
