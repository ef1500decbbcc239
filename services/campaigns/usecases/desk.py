"""What everybody who places calls works with."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.campaigns.domain.audience import Sheet
from services.campaigns.domain.pacing import Limits
from services.campaigns.telephony.retell import Telephone
from services.chassis.caller import Caller
from services.chassis.db import Database

CAMPAIGNS_AT_ONCE = 100  # in one worker
LINES_EACH = Limits().batch
LINES = (CAMPAIGNS_AT_ONCE + 1) * LINES_EACH  # one more for the reconciler


class Contacts(Protocol):
    """Where dial facts come from; refuses with `Unavailable` when nobody answers."""

    async def dial_facts(
        self, tenant_id: UUID, contact_ids: Sequence[UUID], group_id: UUID | None
    ) -> Sheet: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The database, the telephone, and who knows the contacts."""

    db: Database
    telephone: Telephone
    contacts: Contacts

    def real_seconds(self, span: timedelta) -> float:
        return max(self.db.clock.real_seconds(span), 0.0)

    def virtual(self, seconds: float) -> timedelta:
        """How much virtual time passes in real seconds."""
        return timedelta(seconds=seconds * self.db.clock.scale)


@dataclass(frozen=True, slots=True)
class Work:
    """Whose campaign is worked on, and by which run of which activity."""

    caller: Caller
    tenant_id: UUID
    campaign_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """A real moment by two clocks: one may be set back, the other may stand still in a suspend."""

    wall: datetime
    monotonic: float

    @staticmethod
    def now() -> "Stamp":
        return Stamp(datetime.now(UTC), time.monotonic())

    @property
    def age(self) -> float:
        """Real seconds since, by the clock that says more; a wall clock set back says for ever."""
        wall = (datetime.now(UTC) - self.wall).total_seconds()
        return max(time.monotonic() - self.monotonic, wall if wall >= 0 else float("inf"))
