"""How a call goes: drawn from a seed, the number and how often it was dialled before."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

TALKING = (
    "user_hangup",
    "agent_hangup",
    "call_transfer",
    "transfer_bridged",
    "transfer_cancelled",
    "max_duration_reached",
    "call_take_over",
    "user_requested_dnc",
    "user_requested_callback",
    "inactivity",
    "voicemail_reached",
    "machine_detected",
    "ivr_reached",
    "manual_stopped",
)
BROKEN = (
    "error_llm_websocket_open",
    "error_llm_websocket_lost_connection",
    "error_llm_websocket_runtime",
    "error_llm_websocket_corrupt_payload",
    "error_no_audio_received",
    "error_asr",
    "error_retell",
    "error_unknown",
)
NOT_CONNECTED = (
    "dial_no_answer",
    "dial_busy",
    "dial_failed",
    "user_declined",
    "invalid_destination",
    "marked_as_spam",
    "network_blocked",
    "scam_detected",
    "sip_routing_error",
    "telephony_provider_unavailable",
    "telephony_provider_permission_denied",
    "registered_call_timeout",
    "error_user_not_joined",
    "concurrency_limit_reached",
    "no_concurrency_fallback",
    "no_valid_payment",
    "credit_exhausted",
    "budget_reached",
)
NEVER_RANG = frozenset(
    {
        "concurrency_limit_reached",
        "no_concurrency_fallback",
        "no_valid_payment",
        "credit_exhausted",
        "budget_reached",
        "telephony_provider_permission_denied",
    }
)
LEGACY = "machine_detected"
VOICEMAIL = ("voicemail_reached", LEGACY)

_TALK: Mapping[str, tuple[float, float]] = {
    "inactivity": (30, 40),
    "voicemail_reached": (8, 20),
    "machine_detected": (8, 20),
    "ivr_reached": (10, 25),
    "user_requested_dnc": (10, 30),
    **dict.fromkeys(BROKEN, (1, 10)),
}
_RING: Mapping[str, tuple[float, float]] = {
    "user_declined": (5, 15),
    **{reason: (1, 4) for reason in NOT_CONNECTED if reason != "user_declined"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """How a call shall end; `in_voicemail` without a voicemail reason is known late."""

    reason: str
    action: str = "none"
    in_voicemail: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A call's whole life from its acceptance on, in virtual seconds."""

    line: Line
    ring: float
    talk: float | None
    analysis: float


WEIGHTS: Mapping[Line, float] = {
    Line("agent_hangup", "confirmed"): 31,
    Line("user_hangup", "none"): 13,
    Line("agent_hangup", "rescheduled"): 8,
    Line("agent_hangup", "cancelled"): 4,
    Line("user_requested_callback"): 1,
    Line("user_requested_dnc"): 1,
    Line("inactivity"): 2,
    Line("voicemail_reached", in_voicemail=True): 8,
    Line("agent_hangup", in_voicemail=True): 4,
    Line("ivr_reached"): 1,
    Line("dial_no_answer"): 16,
    Line("dial_busy"): 4,
    Line("user_declined"): 4,
    Line("invalid_destination"): 1,
    Line("dial_failed"): 1,
    Line("error_asr"): 1,
}


def drawn(seed: int, number: str, nth: int) -> Line:
    """The ending that the seed gives to the nth dial of a number."""
    chance = Random(f"{seed}/{number}/{nth}/line")
    return chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]


def script(line: Line, chance: Random, *, ring_limit: float, talk_limit: float) -> Script:
    """Gives a line its timing; a reason that nobody knows ends a talk."""
    analysis = chance.uniform(2, 8)
    if line.reason in ("dial_no_answer", "registered_call_timeout"):
        return Script(line, ring_limit, None, analysis)
    ring = chance.uniform(*_RING.get(line.reason, (4, 20)))
    if line.reason in NOT_CONNECTED:
        return Script(line, min(ring, ring_limit), None, analysis)
    if line.stays or line.reason == "max_duration_reached":
        return Script(line, ring, talk_limit, analysis)
    talk = chance.uniform(*_TALK.get(line.reason, (15, 95)))
    return Script(line, ring, min(talk, talk_limit), analysis)
