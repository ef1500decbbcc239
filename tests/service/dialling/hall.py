"""A hall to dial in: real PostgreSQL, the real simulator over HTTP, and contacts of our own."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from sqlalchemy import func, insert, or_, select, update

from services.campaigns.domain.audience import Sheet
from services.campaigns.domain.calls import AttemptState
from services.campaigns.domain.contactability import DialFacts
from services.campaigns.domain.pacing import Limits
from services.campaigns.store import tables
from services.campaigns.telephony import webhooks
from services.campaigns.usecases import calls, dialling, fencing, permits
from services.campaigns.usecases.desk import Desk, Stamp, Work
from services.campaigns.usecases.dialling import Batch
from services.campaigns.usecases.fencing import Fenced
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.errors import Refusal, Unavailable
from services.chassis.ids import new_id
from tests.support import web
from tests.support.simulator import KEY, Simulator

UNDER_WAY = (AttemptState.CLAIMED, AttemptState.DIALING)


@dataclass
class Book:
    """The contacts, as groups would tell of them; it can fall silent, or hesitate."""

    people: dict[UUID, DialFacts] = field(default_factory=dict)
    group_deleted: bool = False
    silent: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hesitates_until: asyncio.Event | None = None

    async def dial_facts(
        self, tenant_id: UUID, contact_ids: Sequence[UUID], group_id: UUID | None
    ) -> Sheet:
        self.asked.set()
        if self.silent:
            raise Unavailable("UNAVAILABLE", "The contacts do not answer.")
        if self.hesitates_until:
            await self.hesitates_until.wait()
        known = {each: self.people[each] for each in contact_ids if each in self.people}
        return Sheet(known, self.group_deleted)

    def change(self, contact_id: UUID, **facts: Any) -> None:
        self.people[contact_id] = replace(self.people[contact_id], **facts)


@dataclass(frozen=True)
class Person:
    """Where somebody of a campaign stands."""

    contact_id: UUID
    state: str
    outcome: str | None
    reason: str | None


@dataclass(frozen=True)
class Campaign:
    """A campaign under test."""

    id: UUID
    people: tuple[UUID, ...]


@dataclass(frozen=True)
class Ready:
    """A call that may be sent, and by whom."""

    work: Work
    order: Fenced


@dataclass(frozen=True)
class Hall:
    """Everything a test of dialling needs, in one tenant."""

    desk: Desk
    db: Database
    book: Book
    simulator: Simulator
    tenant_id: UUID

    @property
    def caller(self) -> Caller:
        return Caller.service(self.tenant_id, "campaigns")

    async def campaign(self, *numbers: str, **facts: Any) -> Campaign:
        """A launched campaign with a person for each number."""
        campaign_id, people = new_id(), tuple(new_id() for _ in numbers)
        usual = {
            "id": campaign_id,
            "name": "Reminders",
            "initiated_by": new_id(),
            "call_type": "immediate",
            "state": "waiting",
            "priority": 0,
            "total_contacts": len(numbers),
            "stop_now": False,
            "holds_slot": True,
            "version": 1,
        }
        async with self.db.transaction(self.caller) as tx:
            row = usual | facts | {"created_at": tx.now}
            await tx.execute(insert(tables.campaigns).values(**row))
            for position, (contact_id, number) in enumerate(zip(people, numbers, strict=True)):
                await tx.execute(
                    insert(tables.recipients).values(
                        campaign_id=campaign_id,
                        contact_id=contact_id,
                        position=position,
                        phone=number,
                        state="pending",
                    )
                )
                self.book.people[contact_id] = DialFacts(
                    contact_id=contact_id,
                    phone=number,
                    consent_basis="existing_customer",
                    name="Planted Name",
                )
        return Campaign(campaign_id, people)

    def work(self, campaign: Campaign, token: str = "") -> Work:
        return Work(self.caller, self.tenant_id, campaign.id, token or str(new_id()))

    async def batch(
        self, campaign: Campaign, token: str = "", stop: asyncio.Event | None = None
    ) -> Batch:
        """One turn of the dispatcher."""
        return await dialling.dial(self.desk, self.work(campaign, token), stop or asyncio.Event())

    @asynccontextmanager
    async def before_the_fence(
        self, campaign: Campaign, stop: asyncio.Event | None = None
    ) -> AsyncIterator[None]:
        """A turn of the dispatcher that has its permit, and learns no facts within the block."""
        self.book.hesitates_until = answer = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.batch(campaign, stop=stop))
            await self.book.asked.wait()
            yield
            answer.set()

    async def fence(self, campaign: Campaign, asked: Stamp) -> Ready | None:
        """The first person's dial transaction, with facts of a moment."""
        work = self.work(campaign)
        (claim, *_) = (await permits.ask(self.desk, work)).claimed
        sheet = await self.book.dial_facts(self.tenant_id, campaign.people, None)
        order = await fencing.fence(self.desk, work, claim, sheet, asked)
        return Ready(work, order) if order else None

    async def fenced(self, campaign: Campaign) -> Ready:
        """The first person's call, just about to be sent."""
        ready = await self.fence(campaign, Stamp.now())
        assert ready is not None
        return ready

    async def through(self, campaign: Campaign, turns: int = 400) -> Batch:
        """Turns until nobody is left, each wait slept."""
        for _ in range(turns):
            batch = await self.batch(campaign)
            if not batch.left:
                return batch
            await asyncio.sleep(min(batch.seconds, 1.0))
        raise AssertionError(f"still somebody left: {batch}")

    async def people(self, campaign: Campaign) -> list[Person]:
        """Everybody of a campaign, in order."""
        recipients = tables.recipients.c
        statement = (
            select(recipients.contact_id, recipients.state, recipients.outcome, recipients.reason)
            .where(recipients.campaign_id == campaign.id)
            .order_by(recipients.position)
        )
        async with self.db.transaction(self.caller) as tx:
            return await tx.fetch_all(Person, statement)

    async def outcomes(self, campaign: Campaign) -> list[str]:
        """What became of everybody, in order: the outcome, else the reason, else the state."""
        people = await self.people(campaign)
        return [person.outcome or person.reason or person.state for person in people]

    async def change(self, campaign: Campaign, **facts: Any) -> None:
        table = tables.campaigns
        statement = update(table).where(table.c.id == campaign.id).values(**facts)
        async with self.db.transaction(self.caller) as tx:
            await tx.execute(statement)

    async def state(self, campaign: Campaign) -> tuple[str, str | None]:
        table = tables.campaigns.c
        async with self.db.transaction(self.caller) as tx:
            row = await tx.fetch_one(
                dict, select(table.state, table.blocking_reason).where(table.id == campaign.id)
            )
        assert row is not None
        return row["state"], row["blocking_reason"]

    async def started_at(self, campaign: Campaign) -> datetime | None:
        table = tables.campaigns.c
        statement = select(table.started_at).where(table.id == campaign.id)
        async with self.db.transaction(self.caller) as tx:
            started: datetime | None = await tx.fetch_value(statement)
        return started

    async def is_quiet(self, campaign: Campaign) -> bool:
        """Whether no request of the campaign is about to be sent or waits for its answer."""
        table = tables.attempts.c
        under_way = or_(*(table.state == state for state in UNDER_WAY))
        statement = select(func.count()).where(table.campaign_id == campaign.id, under_way)
        async with self.db.transaction(self.caller) as tx:
            return bool(await tx.fetch_value(statement) == 0)

    async def tokens(self) -> int:
        """How many places of the window are taken, for ever or for a while."""
        async with self.db.transaction(self.caller) as tx:
            held = tables.window_tokens
            value = await tx.fetch_value(
                select(func.count()).where(held.c.leaves_at > await tx.moment())
            )
        return int(value)

    async def decisions(self, campaign: Campaign) -> list[dict[str, Any]]:
        """The decisions about a campaign's people, in the order of people."""
        kept, people = tables.decisions.c, tables.recipients.c
        statement = (
            select(kept.verdict, kept.reason, kept.zones, kept.zone_source, kept.inputs)
            .join_from(
                tables.decisions,
                tables.recipients,
                (people.contact_id == kept.contact_id) & (people.campaign_id == kept.campaign_id),
            )
            .where(kept.campaign_id == campaign.id)
            .order_by(people.position, kept.id)
        )
        async with self.db.transaction(self.caller) as tx:
            return await tx.fetch_all(dict, statement)

    async def age_requests(self, hours: int) -> None:
        """Lets requests of unknown fate have been sent hours ago."""
        table = tables.attempts
        earlier = datetime.now(UTC) - timedelta(hours=hours)
        statement = (
            update(table)
            .where(table.c.state == "dialing")
            .values(first_sent_at=earlier, fenced_at=earlier)
        )
        async with self.db.transaction(self.caller) as tx:
            await tx.execute(statement)

    async def batches(self, but: Collection[UUID] = ()) -> list[tuple[datetime, int]]:
        """When each batch of the tenant was granted, and how many people it had.

        Those of some campaigns are left out.
        """
        table = tables.attempts.c
        statement = (
            select(table.claimed_at, table.campaign_id, func.count().label("people"))
            .group_by(table.claimed_at, table.campaign_id)
            .order_by(table.claimed_at)
        )
        async with self.db.transaction(self.caller) as tx:
            rows = await tx.fetch_all(dict, statement)
        return [(row["claimed_at"], row["people"]) for row in rows if row["campaign_id"] not in but]

    async def shortest_pause(self, campaign: Campaign) -> timedelta:
        """The least time between a claim and when its person may be called again."""
        people, attempts = tables.recipients, tables.attempts
        statement = (
            select(func.min(people.c.not_before - attempts.c.claimed_at))
            .join_from(
                people,
                attempts,
                (attempts.c.contact_id == people.c.contact_id)
                & (attempts.c.campaign_id == people.c.campaign_id),
            )
            .where(people.c.campaign_id == campaign.id)
        )
        async with self.db.transaction(self.caller) as tx:
            pause: timedelta = await tx.fetch_value(statement)
        return pause

    async def fill_the_window(self, until: datetime) -> None:
        """As if a window's calls had been answered at once."""
        rows = [{"attempt_id": new_id(), "leaves_at": until} for _ in range(Limits().calls)]
        async with self.db.transaction(self.caller) as tx:
            await tx.execute(insert(tables.window_tokens).values(rows))

    async def widen_the_gap(self, by: timedelta) -> None:
        """The next batch of the tenant must wait so much longer."""
        async with self.db.transaction(self.caller) as tx:
            await tx.execute(update(tables.windows).values(latest_batch_at=tx.now + by))

    async def let_the_gap_pass(self) -> None:
        """As if the tenant's latest batch were a gap old, however fast the machine is."""
        await self.widen_the_gap(-Limits().gap)

    async def now(self) -> datetime:
        return self.db.clock.now()


@asynccontextmanager
async def receiving(db: Database) -> AsyncIterator[tuple[str, FastAPI]]:
    """An address for webhooks that learns what it is told, as the product's own does."""
    app = FastAPI()

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        raw, signature = await request.body(), request.headers.get("x-retell-signature")
        try:
            heard = webhooks.read(raw, signature, KEY, db.clock.now()).report
            if heard.tenant_id and heard.attempt_id:
                async with db.transaction(Caller.service(heard.tenant_id)) as tx:
                    await calls.learn(tx, heard.attempt_id, heard.known)
        except Refusal:
            return Response(status_code=401)
        return Response(status_code=204)

    async with web.app(app) as url:
        yield f"{url}/hook", app
