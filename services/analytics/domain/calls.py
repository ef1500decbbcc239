"""How the outcome of an attempt counts: the one place that says what is a call, what an answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.analytics.domain.facts import Call, Mood

# The provider refused these: no phone rang.
NEVER_TAKEN = frozenset({"capacity", "account_fatal"})

# A person was on the line, also one who asked for another time or for no calls at all.
ANSWERED = frozenset({"answered", "opted_out", "callback"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as campaigns announce it, in their words."""

    id: UUID
    contact_id: UUID
    version: int
    number: int
    dialled_at: datetime | None
    ended_at: datetime
    outcome: str
    appointment_action: str
    duration_seconds: int | None
    sentiment: str


def counted(attempt: Attempt) -> Call:
    """What of the attempt enters the figures.

    Appointments and moods count for answered calls only: a voicemail confirms nothing.
    """
    counts = attempt.dialled_at is not None and attempt.outcome not in NEVER_TAKEN
    answered = counts and _reached(attempt)
    return Call(
        attempt_id=attempt.id,
        contact_id=attempt.contact_id,
        version=attempt.version,
        dialled_at=attempt.dialled_at or attempt.ended_at,
        counts=counts,
        answered=answered,
        confirmed=answered and attempt.appointment_action == "confirmed",
        cancelled=answered and attempt.appointment_action == "cancelled",
        is_retry=counts and attempt.number > 1,
        duration_seconds=attempt.duration_seconds if counts else None,
        mood=Mood(attempt.sentiment) if answered else Mood.UNTOLD,
    )


def _reached(attempt: Attempt) -> bool:
    """Whether a person was on the line; a call that we stopped was one if it had connected."""
    stopped_while_talking = attempt.outcome == "stopped" and attempt.duration_seconds is not None
    return attempt.outcome in ANSWERED or stopped_while_talking
