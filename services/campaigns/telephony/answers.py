"""What is asked of the provider, and what an answer, or its absence, means for the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A call to be placed; `variables` are what the voice agent may say."""

    attempt_id: UUID
    campaign_id: UUID
    tenant_id: UUID
    from_number: str
    to_number: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """The provider took the call, now or at an earlier request with the same key."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will not place this call, ever."""

    status: int


@dataclass(frozen=True, slots=True)
class TryLater:
    """Nothing was placed; the same request may succeed later. Status 0: nobody was reached."""

    status: int
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class AccountRefused:
    """The provider places no call for this account."""

    status: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody knows whether the call was placed."""

    why: str


Answer = Placed | Refused | TryLater | AccountRefused | Lost

_ACCOUNT = frozenset({401, 402, 403})
_LATER = frozenset({408, 409, 429})
_LONGEST_WAIT = 300.0


def of_status(status: int, retry_after: str | None = None) -> Answer:
    """What an error status means: only a client error says for sure that nothing was placed."""
    if status in _ACCOUNT:
        return AccountRefused(status)
    if status in _LATER:
        return TryLater(status, _seconds(retry_after))
    if 400 <= status < 500:
        return Refused(status)
    return Lost(f"http_{status}")


def _seconds(retry_after: str | None) -> float:
    """A header's seconds within reason; dates and nonsense count as none."""
    try:
        return min(max(float(retry_after or 0), 0.0), _LONGEST_WAIT)
    except ValueError:
        return 0.0
