"""Numbers with a fate: the last four digits of a number choose how its calls go.

They lie in 0140 to 0199, so that every area code's fictional 555-01xx numbers can use them.
Several lines take turns with each dial of the number. A fault before or instead of the answer
meets every second create request of the number, the first included, unless `always` is set.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.simulator.outcomes import Line
from deploy.local.simulator.rules import Fault, Rule

CONFIRMED = Line("agent_hangup", "confirmed")
UNHEARD_OF = "carrier_pigeon_lost"


@dataclass(frozen=True, slots=True)
class Suffix:
    """What a number's calls do, in a few words, and how."""

    meaning: str
    lines: tuple[Line, ...] = (CONFIRMED,)
    fault: Rule | None = None
    always: bool = False


def _ends(*lines: Line, meaning: str = "") -> Suffix:
    return Suffix(meaning or lines[0].reason, lines)


def _fails(meaning: str, fault: Fault, *, status: int = 500, retry_after: str = "") -> Suffix:
    return Suffix(meaning, fault=Rule(fault=fault, status=status, retry_after=retry_after or None))


_TELEPHONY = {
    "0140": _ends(Line("user_hangup", "confirmed"), meaning="answered, confirmed, user_hangup"),
    "0141": _ends(CONFIRMED, meaning="answered, confirmed, agent_hangup"),
    "0142": _ends(Line("agent_hangup", "cancelled"), meaning="answered, cancelled"),
    "0143": _ends(Line("agent_hangup", "rescheduled"), meaning="answered, rescheduled"),
    "0144": _ends(Line("user_hangup"), meaning="answered, no appointment action"),
    "0145": _ends(Line("call_transfer")),
    "0146": _ends(Line("transfer_bridged")),
    "0147": _ends(Line("transfer_cancelled")),
    "0148": _ends(Line("max_duration_reached")),
    "0149": _ends(Line("call_take_over")),
    "0150": _ends(Line("user_requested_dnc")),
    "0151": _ends(Line("user_requested_callback")),
    "0152": _ends(Line("inactivity")),
    "0153": _ends(Line("voicemail_reached", in_voicemail=True)),
    "0154": _ends(
        Line("machine_detected", in_voicemail=True), meaning="machine_detected (legacy reason)"
    ),
    "0155": _ends(
        Line("agent_hangup", in_voicemail=True),
        meaning="voicemail known late: agent_hangup, `in_voicemail` only in call_analyzed",
    ),
    "0156": _ends(Line("ivr_reached")),
    "0157": _ends(Line("dial_no_answer")),
    "0158": _ends(Line("registered_call_timeout")),
    "0159": _ends(Line("error_user_not_joined")),
    "0160": _ends(Line("dial_busy")),
    "0161": _ends(Line("user_declined")),
    "0162": _ends(Line("invalid_destination")),
    "0163": _ends(Line("marked_as_spam")),
    "0164": _ends(Line("network_blocked")),
    "0165": _ends(Line("scam_detected")),
    "0166": _ends(Line("dial_failed")),
    "0167": _ends(Line("sip_routing_error")),
    "0168": _ends(Line("telephony_provider_unavailable")),
    "0169": _ends(Line("error_llm_websocket_open")),
    "0170": _ends(Line("error_llm_websocket_lost_connection")),
    "0171": _ends(Line("error_llm_websocket_runtime")),
    "0172": _ends(Line("error_llm_websocket_corrupt_payload")),
    "0173": _ends(Line("error_no_audio_received")),
    "0174": _ends(Line("error_asr")),
    "0175": _ends(Line("error_retell")),
    "0176": _ends(Line("error_unknown")),
    "0177": _ends(
        Line("concurrency_limit_reached"),
        CONFIRMED,
        meaning="concurrency_limit_reached, confirmed at the next dial",
    ),
    "0178": _ends(
        Line("no_concurrency_fallback"),
        CONFIRMED,
        meaning="no_concurrency_fallback, confirmed at the next dial",
    ),
    "0179": _ends(Line("no_valid_payment")),
    "0180": _ends(Line("credit_exhausted")),
    "0181": _ends(Line("budget_reached")),
    "0182": _ends(Line("telephony_provider_permission_denied")),
    "0183": _ends(Line("manual_stopped")),
    "0184": _ends(Line(UNHEARD_OF), meaning=f"a reason nobody knows: {UNHEARD_OF}"),
}

_FAULTS = {
    "0185": _fails("accepted, then no answer to the request", Fault.ACCEPT_THEN_HANG),
    "0186": _fails("accepted, then 500", Fault.ACCEPT_THEN_STATUS),
    "0187": _fails("accepted, then the connection is reset", Fault.ACCEPT_THEN_RESET),
    "0188": _fails("429 without Retry-After", Fault.REFUSE, status=429),
    "0189": _fails("429 with Retry-After: 1", Fault.REFUSE, status=429, retry_after="1"),
    "0190": Suffix("400, always", fault=Rule(fault=Fault.REFUSE, status=400), always=True),
    "0191": _fails("402, the account's payment failed", Fault.REFUSE, status=402),
    "0192": _fails("503, not accepted", Fault.REFUSE, status=503),
    "0193": _fails("connection reset, not accepted", Fault.RESET),
    "0194": Suffix("webhooks sent twice", fault=Rule(fault=Fault.WEBHOOK_DUPLICATE)),
    "0195": Suffix("webhooks in reverse order", fault=Rule(fault=Fault.WEBHOOK_REORDER)),
    "0196": Suffix("webhooks lost", fault=Rule(fault=Fault.WEBHOOK_LOST)),
    "0197": Suffix(
        "a second call_ended says otherwise", fault=Rule(fault=Fault.WEBHOOK_CONTRADICT)
    ),
    "0198": Suffix("no answer, confirmed at the next dial", (Line("dial_no_answer"), CONFIRMED)),
    "0199": Suffix("talks until stopped or cut off", (Line("max_duration_reached", stays=True),)),
}

SUFFIXES: Mapping[str, Suffix] = _TELEPHONY | _FAULTS


def fate(number: str) -> Suffix | None:
    """What the number's last digits ask for, if anything."""
    return SUFFIXES.get(number[-4:])
