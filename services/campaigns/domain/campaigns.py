"""Where a campaign stands, what may be done to it, and how its people are counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.campaigns.domain import outcomes
from services.campaigns.domain.outcomes import AppointmentAction, Count, Outcome

MOST_PEOPLE = 1000
NAME_LENGTH = 100
MESSAGE_LENGTH = 200
PAUSED = "paused"
HELD = "paused by an operator"
STOPPED = "stopped by an operator"


class State(StrEnum):
    """The states of a campaign; live from `preparing` to `cancelling`, final from `completed`."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    COMPLETED_WITH_ISSUES = "completed_with_issues"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self in _FINAL

    @property
    def dials(self) -> bool:
        """Whether calls may be granted in it."""
        return self in _DIALLING


_FINAL = frozenset(
    {State.COMPLETED, State.COMPLETED_WITH_ISSUES, State.CANCELLED, State.FAILED, State.EXPIRED}
)
_DIALLING = frozenset({State.PREPARING, State.WAITING, State.RUNNING})
_STATUS: Mapping[State, str] = {
    State.COMPLETED: "completed",
    State.COMPLETED_WITH_ISSUES: "completed",
    State.CANCELLED: "cancelled",
    State.EXPIRED: "cancelled",
    State.FAILED: "cancelled",
    State.RUNNING: "executing",
    State.PAUSED: "executing",
    State.CANCELLING: "executing",
}


class Timing(StrEnum):
    """When a campaign's calls are made."""

    IMMEDIATE = "immediate"
    SCHEDULED = "scheduled"
    STAGGERED = "staggered"


class Priority(StrEnum):
    """Which of a tenant's campaigns goes first."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)

    @staticmethod
    def of_rank(rank: int) -> "Priority":
        return list(Priority)[rank]


class RecipientState(StrEnum):
    """How far one person of a campaign has come."""

    PENDING = "pending"
    IN_CALL = "in_call"
    DONE = "done"
    SKIPPED = "skipped"
    NEEDS_ATTENTION = "needs_attention"
    NOT_CALLED = "not_called"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody of a campaign, with the latest attempt to reach them."""

    contact_id: UUID
    position: int
    state: str
    outcome: str | None
    reason: str | None
    appointment_action: str | None
    duration_seconds: int | None
    at: datetime | None
    session_id: UUID | None
    provider_call_id: str | None
    attempts: int
    connected: bool

    @property
    def was_reached(self) -> bool:
        """By the same boxes as the campaign's counts."""
        action = AppointmentAction(self.appointment_action) if self.appointment_action else None
        outcome = Outcome(self.outcome) if self.outcome else None
        tally = Tally(RecipientState(self.state), outcome, action, self.connected, 1)
        return tally.count.is_answer


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people of a campaign are alike in what became of them."""

    state: RecipientState
    outcome: Outcome | None
    action: AppointmentAction | None
    connected: bool
    people: int

    @property
    def count(self) -> Count:
        if self.state is not RecipientState.DONE or self.outcome is None:
            return Count(self.state.value)
        action = self.action or AppointmentAction.NONE
        return outcomes.count(self.outcome, action, connected=self.connected)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with everybody in exactly one box of `counts`."""

    id: UUID
    group_id: UUID | None
    group_name: str | None
    group_color: str | None
    name: str
    initiated_by: UUID
    timing: Timing
    state: State
    priority: Priority
    total_contacts: int
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    estimated_completion: datetime | None = None
    next_batch_at: datetime | None = None
    blocking_reason: str | None = None
    workflow_started: bool = False
    version: int = 1
    custom_message: str | None = None
    expires_at: datetime | None = None
    counts: Mapping[Count, int] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The four words that older clients know."""
        if self.state is State.WAITING and self.started_at is not None:
            return "executing"
        return _STATUS.get(self.state, "preparing")

    @property
    def successful_calls(self) -> int:
        return self._sum(*(each for each in Count if each.is_answer))

    @property
    def failed_calls(self) -> int:
        return self._sum(Count.NO_ANSWER, Count.BUSY, Count.VOICEMAIL, Count.FAILED)

    def _sum(self, *boxes: Count) -> int:
        return sum(self.counts.get(box, 0) for box in boxes)


def counted(tallies: Iterable[Tally]) -> dict[Count, int]:
    """The boxes of a campaign; those nobody is in are 0."""
    counts = dict.fromkeys(Count, 0)
    for tally in tallies:
        counts[tally.count] += tally.people
    return counts


def allowed_actions(state: State) -> tuple[str, ...]:
    """What may be done to a campaign in a state, by those who may."""
    if state.is_final or state is State.CANCELLING:
        return ()
    return ("resume" if state is State.PAUSED else "pause", "cancel")


def goes_on(started_at: datetime | None) -> State:
    """The state of a held campaign that is let go: before its first call it waits."""
    return State.WAITING if started_at is None else State.RUNNING


def ended(verdict: str, counts: Mapping[Count, int]) -> State:
    """The final state: a campaign that came to its end may leave people uncalled or unclear."""
    issues = counts.get(Count.NEEDS_ATTENTION, 0) + counts.get(Count.NOT_CALLED, 0)
    if State(verdict) is State.COMPLETED and issues:
        return State.COMPLETED_WITH_ISSUES
    return State(verdict)
