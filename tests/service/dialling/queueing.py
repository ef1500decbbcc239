"""Watches the tenants' queues for permits: who was granted a batch, and who was waiting then."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import UUID

from services.campaigns.domain.campaigns import Priority
from services.campaigns.store import attempts, permits
from services.campaigns.store.attempts import Claim
from services.chassis.db import Transaction

AGEING = timedelta(minutes=10)


@dataclass(frozen=True)
class Place:
    """Since when a campaign waits, and when it will ask again."""

    since: datetime
    wakes_at: datetime


@dataclass(frozen=True)
class Grant:
    """A batch that was granted, since when it was waited for, and the places of others then."""

    campaign: UUID
    at: datetime
    since: datetime
    others: Mapping[UUID, Place]


@dataclass
class Queues:
    """By tenant, the places that are held; and every grant."""

    places: dict[object, dict[UUID, Place]] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks on while batches are waited for, granted, and no more wanted."""
        wait, leave, claim = permits.wait, permits.leave, attempts.claim

        async def waits(tx: Transaction, campaign: UUID, now: datetime, wakes: datetime) -> None:
            await wait(tx, campaign, now, wakes)
            mine = self._of(tx)
            since = mine[campaign].since if campaign in mine else now
            mine[campaign] = Place(since, wakes)

        async def leaves(tx: Transaction, campaign: UUID) -> None:
            await leave(tx, campaign)
            self._of(tx).pop(campaign, None)

        async def claims(
            tx: Transaction, campaign: UUID, people: Sequence[UUID], token: str, now: datetime
        ) -> list[Claim]:
            others = dict(self._of(tx))
            place = others.pop(campaign, Place(now, now))
            self.grants.append(Grant(campaign, now, place.since, others))
            return await claim(tx, campaign, people, token, now)

        with (
            patch.object(permits, "wait", waits),
            patch.object(permits, "leave", leaves),
            patch.object(attempts, "claim", claims),
        ):
            yield

    def overtaken(
        self, priorities: Mapping[UUID, Priority], grace: timedelta
    ) -> list[tuple[UUID, UUID]]:
        """Each campaign that waited while one of a lower class was granted, and that one."""
        return [
            (other, grant.campaign)
            for grant in self.grants
            if priorities[grant.campaign] is not Priority.URGENT
            for other, place in grant.others.items()
            if place.wakes_at + grace >= grant.at
            and _class(priorities[other], grant.at - place.since)
            > _class(priorities[grant.campaign], grant.at - grant.since)
        ]

    def _of(self, tx: Transaction) -> dict[UUID, Place]:
        return self.places.setdefault(tx.caller.tenant_id, {})


def _class(priority: Priority, waited: timedelta) -> int:
    """A class up for each ten minutes."""
    return priority.rank + waited // AGEING
