"""A tenant's rules for calling people."""

from dataclasses import dataclass, field
from uuid import UUID

from services.campaigns.domain.hours import CallingHours
from services.campaigns.domain.pacing import Limits


@dataclass(frozen=True, slots=True)
class Policy:
    """How fast, when, how often, and from which numbers a tenant calls.

    `cost_per_call` is in minor units of the tenant's currency; None is not priced.
    """

    hours: CallingHours
    limits: Limits = field(default_factory=Limits)
    caller_ids: tuple[str, ...] = ("+12125550100",)
    calls_a_day: int | None = None
    calls_a_week: int | None = None
    cost_per_call: int | None = None
    live_campaigns: int = 5

    def caller_id_for(self, contact_id: UUID) -> str:
        """The number that calls this person: the same one each time."""
        return self.caller_ids[contact_id.int % len(self.caller_ids)]
