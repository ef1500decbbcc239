"""What a fault rule says: which requests it meets and what goes wrong with them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

Operation = Literal["create", "get", "list", "stop", "concurrency"]
Event = Literal["call_started", "call_ended", "call_analyzed"]


class Fault(StrEnum):
    """What can go wrong; the faults `AFTER` acceptance do place the call."""

    DELAY = "delay"
    REFUSE = "refuse"
    HANG = "hang"
    RESET = "reset"
    ACCEPT_THEN_HANG = "accept_then_hang"
    ACCEPT_THEN_STATUS = "accept_then_status"
    ACCEPT_THEN_RESET = "accept_then_reset"
    NON_JSON = "non_json"
    MISSING_CALL_ID = "missing_call_id"
    MISSING_METADATA = "missing_metadata"
    REPEATED_CALL_ID = "repeated_call_id"
    ENDLESS_BODY = "endless_body"
    SLOW_BODY = "slow_body"
    IDEMPOTENCY_OFF = "idempotency_off"
    REASON = "reason"
    WEBHOOK_DUPLICATE = "webhook_duplicate"
    WEBHOOK_REORDER = "webhook_reorder"
    WEBHOOK_LOST = "webhook_lost"
    WEBHOOK_LATE = "webhook_late"
    WEBHOOK_UNKNOWN_CALL = "webhook_unknown_call"
    WEBHOOK_BAD_SIGNATURE = "webhook_bad_signature"
    WEBHOOK_UNSIGNED = "webhook_unsigned"
    WEBHOOK_STALE = "webhook_stale"
    WEBHOOK_REPLAY = "webhook_replay"
    WEBHOOK_RESERIALISED = "webhook_reserialised"
    WEBHOOK_CONTRADICT = "webhook_contradict"


BEFORE = frozenset({Fault.REFUSE, Fault.HANG, Fault.RESET})
AFTER = frozenset(
    {
        Fault.ACCEPT_THEN_HANG,
        Fault.ACCEPT_THEN_STATUS,
        Fault.ACCEPT_THEN_RESET,
        Fault.NON_JSON,
        Fault.MISSING_CALL_ID,
        Fault.MISSING_METADATA,
        Fault.REPEATED_CALL_ID,
        Fault.ENDLESS_BODY,
        Fault.SLOW_BODY,
    }
)
WEBHOOKS = frozenset(fault for fault in Fault if fault.startswith("webhook_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fault; `phone` is a shell pattern, `nth` counts the requests it meets from 1."""

    fault: Fault
    operation: Operation = "create"
    phone: str = "*"
    nth: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] = 1
    seed: int = 0
    times: Annotated[int, Field(ge=1)] | None = None
    status: Annotated[int, Field(ge=300, le=599)] = 500
    seconds: Annotated[float, Field(gt=0)] | None = None
    retry_after: str | None = None
    location: str = "http://169.254.169.254/latest/meta-data/"
    events: tuple[Event, ...] = ()
    copies: Annotated[int, Field(ge=1, le=5)] = 1
    reason: str = ""
