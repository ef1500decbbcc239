"""Reads the provider's description of a call, trusting no field to be there or to be known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from services.campaigns.domain.calls import End, Known
from services.campaigns.domain.outcomes import AppointmentAction, Sentiment

Word = TypeVar("Word", AppointmentAction, Sentiment)

_OVER = frozenset({"ended", "error", "not_connected"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 4_102_444_800_000  # the year 2100
_LONGEST = 200
_LONGEST_CALL = 86_400


@dataclass(frozen=True, slots=True)
class Report:
    """A call as the provider tells it: which one, of which attempt, and the facts."""

    call_id: str
    known: Known
    attempt_id: UUID | None = None
    tenant_id: UUID | None = None


def report(call: Mapping[str, Any], seen: datetime, *, analyzed: bool = False) -> Report | None:
    """The facts about a call, seen at a virtual moment; None without an id.

    `analyzed` says that the provider has nothing more to tell about it.
    """
    call_id = text(call.get("call_id"))
    if not call_id:
        return None
    analysis = _mapping(call.get("call_analysis"))
    custom = _mapping(analysis.get("custom_analysis_data"))
    end = _end(call, seen)
    known = Known(
        call_id=call_id,
        answered_at=_moment(call.get("start_timestamp")) or (end.at if end else seen),
        started_at=_moment(call.get("start_timestamp")),
        end=end,
        in_voicemail=analysis.get("in_voicemail") is True,
        action=_word(AppointmentAction, custom.get("appointment_action")),
        sentiment=_word(Sentiment, analysis.get("user_sentiment")),
        analyzed=end is not None and (analyzed or "call_analysis" in call),
    )
    ids = _mapping(call.get("metadata"))
    return Report(call_id, known, _uuid(ids.get("attempt_id")), _uuid(ids.get("tenant_id")))


def _end(call: Mapping[str, Any], seen: datetime) -> End | None:
    reason = text(call.get("disconnection_reason"))
    if not reason and call.get("call_status") not in _OVER:
        return None
    seconds = min(round((_number(call.get("duration_ms")) or 0) / 1000), _LONGEST_CALL)
    return End(reason, _moment(call.get("end_timestamp")) or seen, seconds)


def _moment(value: object) -> datetime | None:
    milliseconds = _number(value)
    return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and 0 < value < _LATEST_MS else None


def text(value: object) -> str:
    """A word of the provider that can be kept, else nothing."""
    good = isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
    return str(value) if good else ""


def _word(words: type[Word], value: object) -> Word | None:
    try:
        return words(value.lower()) if isinstance(value, str) else None
    except ValueError:
        return None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
