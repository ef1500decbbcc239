"""A call as the provider writes it in answers, lists and webhooks."""

import hashlib
from datetime import datetime
from typing import Any

from deploy.local.simulator.calls import Call
from deploy.local.simulator.outcomes import VOICEMAIL

CENTS_PER_SECOND = 0.15
LEAST_BILLED_SECONDS = 10
_SENTIMENT = {"confirmed": "Positive", "cancelled": "Neutral", "rescheduled": "Neutral"}


def whole(call: Call, moment: datetime) -> dict[str, Any]:
    """The call as it stood at a virtual moment."""
    body = _always(call, moment)
    if call.connected_at and moment >= call.connected_at:
        body["start_timestamp"] = _milliseconds(call.connected_at)
    if moment >= call.ended_at:
        body |= _after_the_end(call)
    if moment >= call.analyzed_at:
        body["call_analysis"] = _analysis(call)
    return body


def listed(call: Call, moment: datetime) -> dict[str, Any]:
    """The call as an item of a list: without its transcript."""
    body = whole(call, moment)
    body.pop("transcript", None)
    return body


def _always(call: Call, moment: datetime) -> dict[str, Any]:
    order = call.order
    body: dict[str, Any] = {
        "call_id": call.call_id,
        "call_type": "phone_call",
        "agent_id": order.agent_id,
        "agent_version": order.agent_version,
        "agent_name": "Appointment desk",
        "call_status": call.status(moment),
        "direction": "outbound",
        "from_number": order.from_number,
        "to_number": order.to_number,
        "data_storage_setting": "everything",
        "opt_in_signed_url": False,
        "telephony_identifier": {"twilio_call_sid": _sid(call.call_id)},
    }
    if order.metadata is not None:
        body["metadata"] = order.metadata
    if order.variables is not None:
        body["retell_llm_dynamic_variables"] = order.variables
    return body


def _after_the_end(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = {
        "disconnection_reason": call.reason,
        "end_timestamp": _milliseconds(call.ended_at),
        "duration_ms": round(call.duration.total_seconds() * 1000),
        "call_cost": _cost(call),
    }
    if call.connected_at:
        body["transcript"] = "Agent: I am calling about your appointment.\nUser: Yes, speaking."
    return body


def _cost(call: Call) -> dict[str, Any]:
    talked = call.duration.total_seconds()
    billed = max(talked, LEAST_BILLED_SECONDS) if call.connected_at else 0
    cents = round(billed * CENTS_PER_SECOND, 3)
    product = {"product": "simulated_voice", "unit_price": CENTS_PER_SECOND, "cost": cents}
    return {
        "combined_cost": cents,
        "total_duration_seconds": round(billed),
        "total_duration_unit_price": CENTS_PER_SECOND,
        "product_costs": [product],
    }


def _analysis(call: Call) -> dict[str, Any]:
    line, connected = call.script.line, call.connected_at is not None
    voicemail = connected and (line.in_voicemail or call.reason in VOICEMAIL)
    if not connected:
        return {"in_voicemail": False, "call_successful": False, "custom_analysis_data": {}}
    action = "none" if voicemail or call.stopped_at else line.action
    return {
        "call_summary": f"The agent talked about the appointment; result: {action}.",
        "call_successful": action != "none",
        "in_voicemail": voicemail,
        "user_sentiment": _SENTIMENT.get(action, "Unknown"),
        "custom_analysis_data": {"appointment_action": action},
    }


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _sid(call_id: str) -> str:
    return "CA" + hashlib.md5(call_id.encode(), usedforsecurity=False).hexdigest()
