"""How calls go: the provider's 39 reasons, our outcomes, and the counts that people see."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Outcome(StrEnum):
    """How a call went."""

    ANSWERED = "answered"
    OPTED_OUT = "opted_out"
    CALLBACK = "callback"
    SILENT = "silent"
    VOICEMAIL = "voicemail"
    IVR = "ivr"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    INVALID_NUMBER = "invalid_number"
    BLOCKED = "blocked"
    PROVIDER_ERROR = "provider_error"
    CAPACITY = "capacity"
    ACCOUNT_FATAL = "account_fatal"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class AppointmentAction(StrEnum):
    """What a person said about the appointment, the least consequential first."""

    NONE = "none"
    CONFIRMED = "confirmed"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"


class Sentiment(StrEnum):
    """How a person felt about a call; two contradicting answers leave the lower one."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Count(StrEnum):
    """The boxes into which a campaign's people fall; each is in exactly one."""

    PENDING = "pending"
    IN_CALL = "in_call"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_CALLED = "not_called"
    NEEDS_ATTENTION = "needs_attention"

    @property
    def is_answer(self) -> bool:
        """Whether a person was on the line."""
        return self in (Count.ANSWERED, Count.CONFIRMED)


_REASONS: Mapping[Outcome, str] = {
    Outcome.ANSWERED: "user_hangup agent_hangup call_transfer transfer_bridged transfer_cancelled "
    "max_duration_reached call_take_over",
    Outcome.OPTED_OUT: "user_requested_dnc",
    Outcome.CALLBACK: "user_requested_callback",
    Outcome.SILENT: "inactivity",
    Outcome.VOICEMAIL: "voicemail_reached machine_detected",
    Outcome.IVR: "ivr_reached",
    Outcome.NO_ANSWER: "dial_no_answer registered_call_timeout error_user_not_joined",
    Outcome.BUSY: "dial_busy",
    Outcome.DECLINED: "user_declined",
    Outcome.INVALID_NUMBER: "invalid_destination",
    Outcome.BLOCKED: "marked_as_spam network_blocked scam_detected",
    Outcome.PROVIDER_ERROR: "dial_failed sip_routing_error telephony_provider_unavailable "
    "error_llm_websocket_open error_llm_websocket_lost_connection error_llm_websocket_runtime "
    "error_llm_websocket_corrupt_payload error_no_audio_received error_asr error_retell "
    "error_unknown",
    Outcome.CAPACITY: "concurrency_limit_reached no_concurrency_fallback",
    Outcome.ACCOUNT_FATAL: "no_valid_payment credit_exhausted budget_reached "
    "telephony_provider_permission_denied",
    Outcome.STOPPED: "manual_stopped",
}
OF_REASON: Mapping[str, Outcome] = MappingProxyType(
    {reason: outcome for outcome, words in _REASONS.items() for reason in words.split()}
)

REQUEUED = frozenset({Outcome.CAPACITY, Outcome.ACCOUNT_FATAL})
REACHED = frozenset({Outcome.ANSWERED, Outcome.OPTED_OUT, Outcome.CALLBACK})
_PICKED_UP = REACHED | {Outcome.SILENT, Outcome.VOICEMAIL, Outcome.IVR}
_COUNTS: Mapping[Outcome, Count] = {
    Outcome.NO_ANSWER: Count.NO_ANSWER,
    Outcome.BUSY: Count.BUSY,
    Outcome.VOICEMAIL: Count.VOICEMAIL,
    **dict.fromkeys(REACHED, Count.ANSWERED),
}


def of(reason: str, *, in_voicemail: bool) -> Outcome:
    """The outcome of an ended call; a reason nobody knows is never taken for another one."""
    outcome = OF_REASON.get(reason, Outcome.UNKNOWN)
    not_a_call = outcome in REQUEUED
    return Outcome.VOICEMAIL if in_voicemail and not not_a_call else outcome


def implies_connection(reason: str) -> bool:
    """Whether a call that ended so must have been picked up."""
    return OF_REASON.get(reason) in _PICKED_UP


def count(outcome: Outcome, action: AppointmentAction, *, connected: bool) -> Count:
    """The box for somebody whose call ended for good."""
    if outcome is Outcome.STOPPED:
        return Count.ANSWERED if connected else Count.FAILED
    if outcome is Outcome.ANSWERED and action is AppointmentAction.CONFIRMED:
        return Count.CONFIRMED
    return _COUNTS.get(outcome, Count.FAILED)
