"""Long-lived ground for many faults: database, Temporal, provider, feed and what follows it.

Each fault has a campaign, a tenant and a queue of its own, so that many can be planted at once.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
from sqlalchemy import func, insert, select, text
from temporalio.client import Client, WorkflowHandle

from services.analytics.feed import consumers
from services.analytics.feed import serving as analytics_serving
from services.analytics.usecases import sources
from services.campaigns.domain.outcomes import Outcome
from services.campaigns.feed import encoding, serving
from services.campaigns.store import tables
from services.campaigns.telephony.retell import Telephone
from services.campaigns.temporal.starter import Starter
from services.campaigns.usecases.desk import Desk
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.dialling.hall import Book, Campaign, Hall, receiving
from tests.service.dialling.office import eventually
from tests.service.dialling.worker import Told
from tests.support import simulator as simulators
from tests.support import telephones
from tests.support import temporal as temporals
from tests.support.databases import Databases
from tests.support.simulator import TUESDAY_NINE

SCALE = 50
# Confirmed, answered, voicemail, nobody there: each of these rings a phone, at every dial.
RINGING = ("0140", "0144", "0153", "0157")
NUMBERS = [f"+1{area}555{fate}" for area in (212, 646, 718) for fate in RINGING]
# By our own lights, not by what campaigns announces.
ANSWERED = {Outcome.ANSWERED, Outcome.OPTED_OUT, Outcome.CALLBACK}
_TOLD = text(
    "select coalesce(sum(calls), 0)::int as calls, coalesce(sum(answered), 0)::int as answered "
    "from tenant_days"
)


@dataclass(frozen=True)
class Figures:
    """How many calls there were and how many were answered, by one source."""

    calls: int
    answered: int


@dataclass(frozen=True)
class Round:
    """A campaign that a fault is planted into."""

    hall: Hall
    campaign: Campaign
    client: Client
    told: Told
    read_models: Database

    @property
    def workflow(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(f"campaign/{self.campaign.id}")

    def armed(self, failpoint: str) -> Told:
        return replace(self.told, failpoint=failpoint)

    async def verdict(self) -> dict[str, Any]:
        return await self.hall.simulator.verdict(per_phone=1, campaign_id=str(self.campaign.id))

    async def has_dialled(self, people: int) -> bool:
        return int((await self.verdict())["dials"]) >= people

    async def figures(self) -> Figures:
        """By the source: the campaign's own people."""
        people = await self.hall.people(self.campaign)
        done = [person for person in people if person.state == "done"]
        return Figures(len(done), sum(person.outcome in ANSWERED for person in done))

    async def projected(self) -> Figures:
        """By the projection, which hears of the campaign by its feed."""
        async with self.read_models.transaction(self.hall.caller) as tx:
            told = await tx.fetch_one(Figures, _TOLD)
        assert told is not None
        return told

    async def places_for_ever(self) -> int:
        """Places of the window that nobody will give back."""
        held = tables.window_tokens.c.leaves_at
        async with self.hall.db.transaction(self.hall.caller) as tx:
            return int(await tx.fetch_value(select(func.count()).where(held == text("'infinity'"))))


@dataclass(frozen=True)
class Ground:
    """What all rounds share."""

    databases: Databases
    db: Database
    read_models: Database
    simulator: simulators.Simulator
    telephone: Telephone
    client: Client
    clock: Path

    async def round(self, people: int) -> Round:
        """A launched campaign of so many people, which no worker knows of yet."""
        hall = self._hall(new_id())
        async with hall.db.transaction(Caller.service(hall.tenant_id)) as tx:
            profile = {"timezone": "America/New_York", "medical": False}
            await tx.execute(insert(tables.tenant_profiles).values(**profile))
        campaign = await hall.campaign(*NUMBERS[:people])
        told = Told(
            database=self.db.url,
            clock=str(self.clock),
            simulator=self.simulator.url,
            temporal=self.client.service_client.config.target_host,
            queue=str(new_id()),
        )
        await Starter(self.client, told.queue).start(hall.tenant_id, campaign.id, people)
        await hall.change(campaign, workflow_started_at=self.db.clock.now())
        return Round(hall, campaign, self.client, told, self.read_models)

    def _hall(self, tenant_id: UUID) -> Hall:
        book = Book()
        return Hall(Desk(self.db, self.telephone, book), self.db, book, self.simulator, tenant_id)


@asynccontextmanager
async def laid(databases: Databases, folder: Path) -> AsyncIterator[Ground]:
    """Everything runs until the block ends, whatever happens to the workers."""
    clock = Clock.start(folder / "clock.json", virtual_origin=TUESDAY_NINE, scale=SCALE)
    async with (
        temporals.kept(folder / "temporal", as_new_after=12) as environment,
        Database.open(databases.url("campaigns"), encoding.encode, clock, max_size=12) as db,
        Database.open(databases.url("analytics"), analytics_serving.encode, clock) as read_models,
        receiving(db) as (hook, _),
        simulators.running(folder, scale=SCALE, webhook_url=hook) as simulator,
        telephones.patient(simulator.url, clock.now) as telephone,
        _followed(db, read_models),
    ):
        yield Ground(
            databases,
            db,
            read_models,
            simulator,
            telephone,
            environment.client,
            folder / "clock.json",
        )


@asynccontextmanager
async def _followed(db: Database, read_models: Database) -> AsyncIterator[None]:
    """Analytics follows the campaigns' feed."""
    server = grpc.aio.server()
    serving.register(server, db)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        consumer = consumers.consumer(sources.CAMPAIGNS, channel, read_models, _ignored)
        async with consumer.running():
            yield
    await server.stop(None)


def _ignored(tenant_id: UUID) -> None:
    """Nobody here announces figures."""


async def everybody_was_rung_once(round_: Round) -> None:
    """No duplicate in the ledger, nobody missing, counts add up, projection equals source."""
    verdict = await round_.verdict()
    people = await round_.hall.people(round_.campaign)
    assert [each for each in people if each.state != "done"] == []
    assert verdict["faults"] == []
    assert verdict["dials"] == len(round_.campaign.people)
    assert (await round_.hall.state(round_.campaign))[0] == "completed"
    await _agrees(round_)


async def everybody_is_final(round_: Round) -> None:
    """After a cancellation: whoever was rung was rung once, and nobody is left over."""
    verdict = await round_.verdict()
    states = Counter(person.state for person in await round_.hall.people(round_.campaign))
    assert verdict["faults"] == []
    assert states == {
        "done": verdict["dials"],
        "not_called": len(round_.campaign.people) - verdict["dials"],
    }
    assert (await round_.hall.state(round_.campaign))[0] == "cancelled"
    await _agrees(round_)


async def _agrees(round_: Round) -> None:
    async def agrees() -> bool:
        return await round_.projected() == await round_.figures()

    await eventually(agrees)
    assert await round_.places_for_ever() == 0
