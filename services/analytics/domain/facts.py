"""What analytics learns from the other contexts, one kind of fact for each kind of event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.analytics.domain.groups import Group


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a tenant's profile figures need; the value is in minor units."""

    timezone: str
    currency: str
    average_appointment_value: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact's present appointment, and whether the contact is deleted."""

    id: UUID
    appointment_status: str
    appointment_time: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moved:
    """Contacts that joined or left a group at a moment."""

    group_id: UUID
    contact_ids: tuple[UUID, ...]
    joined: bool
    at: datetime


class Mood(StrEnum):
    """How a person felt about a call."""

    UNTOLD = ""
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt as far as it is known; a higher version knows more.

    `counts` is false for an attempt that the provider never took.
    """

    attempt_id: UUID
    contact_id: UUID
    version: int
    dialled_at: datetime
    counts: bool
    answered: bool = False
    confirmed: bool = False
    cancelled: bool = False
    is_retry: bool = False
    duration_seconds: int | None = None
    mood: Mood = Mood.UNTOLD


Fact = Profile | Group | Contact | Moved | Call


@dataclass(slots=True)
class Gathered:
    """A tenant's facts of one batch, with what is outdated within the batch left out."""

    profile: Profile | None = None
    groups: dict[UUID, Group] = field(default_factory=dict)
    contacts: dict[UUID, Contact] = field(default_factory=dict)
    calls: dict[UUID, Call] = field(default_factory=dict)
    moves: list[Moved] = field(default_factory=list)

    @staticmethod
    def of(facts: Iterable[Fact]) -> "Gathered":
        gathered = Gathered()
        for fact in facts:
            gathered._take(fact)
        return gathered

    def concerned(self) -> Sequence[UUID]:
        """The contacts whose figures may change, each once."""
        moved = {contact_id for move in self.moves for contact_id in move.contact_ids}
        called = {call.contact_id for call in self.calls.values()}
        return sorted(moved | called | self.contacts.keys())

    def _take(self, fact: Fact) -> None:
        match fact:
            case Profile():
                self.profile = fact
            case Group():
                self.groups[fact.id] = fact
            case Contact():
                self.contacts[fact.id] = fact
            case Moved():
                self.moves.append(fact)
            case Call():
                known = self.calls.get(fact.attempt_id)
                if known is None or known.version < fact.version:
                    self.calls[fact.attempt_id] = fact
