"""What is known about one attempt: facts that join in any order, however often they arrive."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from services.campaigns.domain import outcomes
from services.campaigns.domain.outcomes import AppointmentAction, Count, Outcome, Sentiment

Value = TypeVar("Value")

_ACTIONS = list(AppointmentAction)
_SENTIMENTS = list(Sentiment)
REFUSED = "http_"
VANISHED = "vanished"


class AttemptState(StrEnum):
    """How far an attempt has come."""

    CLAIMED = "claimed"
    DIALING = "dialing"
    PLACED = "placed"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended, in the provider's words.

    `reason` `http_<status>` is a refused request, `vanished` a call that nobody can tell about.
    """

    reason: str
    at: datetime
    seconds: int = 0

    @property
    def was_refused(self) -> bool:
        return self.reason.startswith(REFUSED)

    @property
    def is_known(self) -> bool:
        return self.reason != VANISHED

    @property
    def was_talk(self) -> bool:
        return self.seconds > 0 or outcomes.implies_connection(self.reason)

    @property
    def weight(self) -> tuple[bool, bool, bool, bool, datetime, str, int]:
        """Chooses between contradicting ends: a call beats a refusal, a talk beats a miss."""
        spoken, called = outcomes.implies_connection(self.reason), not self.was_refused
        whole = (spoken, self.was_talk, self.at, self.reason, self.seconds)
        return self.is_known, called, *whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything learnt about an attempt; a single fact is one that knows little else.

    `analyzed` says that no more is expected; `untraceable` that the provider
    can't tell what became of a request that may have reached it.
    """

    call_id: str | None = None
    answered_at: datetime | None = None
    started_at: datetime | None = None
    end: End | None = None
    in_voicemail: bool = False
    action: AppointmentAction | None = None
    sentiment: Sentiment | None = None
    analyzed: bool = False
    untraceable: bool = False

    @property
    def state(self) -> AttemptState:
        """How far it has come; evidence of a call beats a lost track."""
        if self.end:
            return AttemptState.ENDED if self.end.is_known else AttemptState.UNKNOWN
        if self.call_id:
            return AttemptState.PLACED
        return AttemptState.UNKNOWN if self.untraceable else AttemptState.DIALING

    @property
    def connected(self) -> bool:
        """Whether somebody or something picked up."""
        if self.end is None:
            return self.started_at is not None
        return self.started_at is not None or self.end.was_talk

    @property
    def outcome(self) -> Outcome | None:
        """How the call went, as far as that is known; None before its end."""
        if self.end is None or not self.end.is_known:
            return None
        if self.end.was_refused:
            return Outcome.PROVIDER_ERROR
        return outcomes.of(self.end.reason, in_voicemail=self.in_voicemail)

    @property
    def is_final(self) -> bool:
        """Whether the outcome stands: a connected call's only once it was analyzed."""
        return self.outcome is not None and (self.analyzed or not self.connected)


@dataclass(frozen=True, slots=True)
class Result:
    """What others are told about an attempt that is final."""

    outcome: Outcome
    reason: str
    action: AppointmentAction
    sentiment: Sentiment | None
    connected: bool
    seconds: int | None
    ended_at: datetime

    @property
    def count(self) -> Count:
        return outcomes.count(self.outcome, self.action, connected=self.connected)

    @property
    def requeues(self) -> bool:
        """Whether the person is called again, as if this attempt had not been."""
        return self.outcome in outcomes.REQUEUED

    @property
    def counts(self) -> bool:
        """Whether it is a call: the provider took it."""
        return not self.requeues

    @property
    def answered(self) -> bool:
        """Whether a person was on the line; a call that we stopped may have had one."""
        return self.count.is_answer


def joined(one: Known, other: Known) -> Known:
    """What both know together: the same whatever the order and however often."""
    return Known(
        call_id=_least((one.call_id, other.call_id)),
        answered_at=_least((one.answered_at, other.answered_at)),
        started_at=_least((one.started_at, other.started_at)),
        end=max(filter(None, (one.end, other.end)), key=lambda end: end.weight, default=None),
        in_voicemail=one.in_voicemail or other.in_voicemail,
        action=_highest(_ACTIONS, (one.action, other.action)),
        sentiment=_highest(_SENTIMENTS, (one.sentiment, other.sentiment)),
        analyzed=one.analyzed or other.analyzed,
        untraceable=one.untraceable or other.untraceable,
    )


def result(known: Known) -> Result | None:
    """What there is to tell; None while the outcome may still change by what is expected."""
    if known.end is None or known.outcome is None or not known.is_final:
        return None
    spoke = known.connected and known.outcome is not Outcome.VOICEMAIL
    return Result(
        outcome=known.outcome,
        reason=known.end.reason,
        action=(known.action if spoke else None) or AppointmentAction.NONE,
        sentiment=known.sentiment if spoke else None,
        connected=known.connected,
        seconds=known.end.seconds if known.connected else None,
        ended_at=known.end.at,
    )


def placed(call_id: str, at: datetime) -> Known:
    """The provider took the call."""
    return Known(call_id=call_id, answered_at=at)


def refused(status: int, at: datetime) -> Known:
    """The provider refused the request for good."""
    return Known(answered_at=at, end=End(f"{REFUSED}{status}", at), analyzed=True)


def untraceable() -> Known:
    """Nobody can tell whether the request placed a call."""
    return Known(untraceable=True)


def vanished(at: datetime) -> Known:
    """A call was placed, and nobody can tell any more how it ended."""
    return Known(end=End(VANISHED, at), analyzed=True)


def _least(values: Iterable[Any]) -> Any:
    return min((value for value in values if value is not None), default=None)


def _highest(order: list[Value], values: Iterable[Value | None]) -> Value | None:
    return max((value for value in values if value is not None), key=order.index, default=None)
