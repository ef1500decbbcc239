"""A worker in a process of its own, for tests that kill it.

Everything is the product's but the contacts, which are read from the campaign's people.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, func, literal, select
from temporalio.client import Client

from services.campaigns.domain.audience import Sheet
from services.campaigns.domain.contactability import DialFacts
from services.campaigns.feed import encoding
from services.campaigns.store import tables
from services.campaigns.telephony.retell import Telephone
from services.campaigns.temporal.crew import crew
from services.campaigns.usecases.desk import Desk
from services.chassis import failpoints
from services.chassis.caller import Caller
from services.chassis.clock import Clock
from services.chassis.db import Database
from tests.support.simulator import KEY


@dataclass(frozen=True)
class Told:
    """What the process is told."""

    database: str
    clock: str
    simulator: str
    temporal: str
    queue: str
    failpoint: str = ""


@dataclass(frozen=True)
class Roll:
    """Everybody has a consent, and the number they were frozen with."""

    db: Database

    async def dial_facts(
        self, tenant_id: UUID, contact_ids: Sequence[UUID], group_id: UUID | None
    ) -> Sheet:
        people = tables.recipients.c
        wanted = people.contact_id == func.any(cast(literal(list(contact_ids)), ARRAY(Uuid)))
        async with self.db.transaction(Caller.service(tenant_id)) as tx:
            rows = await tx.fetch_all(
                dict, select(people.contact_id, people.phone).where(wanted).distinct()
            )
        return Sheet(
            {
                row["contact_id"]: DialFacts(
                    contact_id=row["contact_id"], phone=row["phone"], consent_basis="on_file"
                )
                for row in rows
            }
        )


async def work(told: Told) -> None:
    failpoints.arm(told.failpoint)
    clock = Clock.load(Path(told.clock))
    client = await Client.connect(told.temporal)
    async with (
        Database.open(told.database, encoding.encode, clock, max_size=8) as db,
        Telephone.open(told.simulator, KEY, clock.now) as telephone,
        crew(client, Desk(db, telephone, Roll(db)), task_queue=told.queue),
    ):
        await asyncio.Event().wait()
