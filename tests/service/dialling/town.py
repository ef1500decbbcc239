"""Many tenants who call at once through one worker, each with more campaigns than slots."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from sqlalchemy import insert

from services.campaigns.domain.audience import Audience, Wanted
from services.campaigns.domain.campaigns import Priority, Timing
from services.campaigns.domain.contactability import DialFacts
from services.campaigns.domain.launching import Order
from services.campaigns.store import campaigns, tables
from services.campaigns.usecases import launch
from services.campaigns.usecases.launch import Launching
from services.chassis.caller import Caller, Role
from services.chassis.errors import Exhausted
from services.chassis.ids import new_id
from services.chassis.requests import Request
from tests.service.dialling.hall import Campaign, Hall
from tests.service.dialling.office import Office

_LOOK = 0.1


@dataclass
class Town:
    """Launches as people would, and looks at the slots all the while."""

    office: Office
    tenants: Sequence[Hall]
    most_live: int = 0
    priorities: dict[UUID, Priority] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000))

    @staticmethod
    async def of(office: Office, tenants: int) -> "Town":
        halls = [replace(office.hall, tenant_id=new_id()) for _ in range(tenants)]
        for hall in halls:
            async with hall.db.transaction(hall.caller) as tx:
                profile = insert(tables.tenant_profiles)
                await tx.execute(profile.values(timezone="America/New_York", medical=False))
        return Town(office, halls)

    async def call_everybody(
        self, campaigns_each: int, people: int, priorities: Sequence[Priority] = (Priority.NORMAL,)
    ) -> list[Campaign]:
        """Every tenant launches all of its campaigns at once; who finds no slot tries again.

        The priorities are given in turn.
        """
        watching = asyncio.create_task(self._watch())
        try:
            return await asyncio.gather(
                *(
                    self._through(hall, people, priorities[number % len(priorities)])
                    for hall in self.tenants
                    for number in range(campaigns_each)
                )
            )
        finally:
            watching.cancel()

    async def _through(self, hall: Hall, people: int, priority: Priority) -> Campaign:
        campaign = await self._launched(hall, people, priority)
        self.priorities[campaign.id] = priority
        await self.office.workflow(campaign).result()
        return campaign

    async def _launched(self, hall: Hall, people: int, priority: Priority) -> Campaign:
        invited = [self._person(hall) for _ in range(people)]
        desk = Launching(hall.db, _Register(tuple(invited)), self.office.starter)
        admin = Caller(hall.tenant_id, new_id(), Role.CLIENT_ADMIN, "Ada Admin")
        ids = tuple(each.contact_id for each in invited)
        order = Order(Wanted(contact_ids=ids), Timing.IMMEDIATE, priority=priority)
        while True:
            try:
                launched = await launch.launch(desk, admin, Request("LaunchCampaign"), order)
            except Exhausted:
                await asyncio.sleep(_LOOK)
            else:
                return Campaign(launched.campaign_id, ids)

    def _person(self, hall: Hall) -> DialFacts:
        number = next(self.numbers)
        facts = DialFacts(
            contact_id=new_id(),
            phone=f"+1212{555 + number // 10_000:03}{number % 10_000:04}",
            consent_basis="existing_customer",
        )
        hall.book.people[facts.contact_id] = facts
        return facts

    async def _watch(self) -> None:
        while True:
            for hall in self.tenants:
                async with hall.db.transaction(hall.caller) as tx:
                    self.most_live = max(self.most_live, len(await campaigns.slots(tx)))
            await asyncio.sleep(_LOOK)


@dataclass(frozen=True)
class _Register:
    """The audience of one campaign."""

    people: tuple[DialFacts, ...]

    async def freeze(self, tenant_id: UUID, wanted: Wanted) -> Audience:
        return Audience(self.people, datetime.now(UTC))
