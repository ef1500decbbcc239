"""The provider's reasons, each with its outcome and its box."""

import typing

import pytest
from retell.types import PhoneCallResponse

from services.campaigns.domain import outcomes
from services.campaigns.domain.outcomes import AppointmentAction, Count, Outcome

TABLE = {
    "user_hangup": (Outcome.ANSWERED, Count.ANSWERED),
    "agent_hangup": (Outcome.ANSWERED, Count.ANSWERED),
    "call_transfer": (Outcome.ANSWERED, Count.ANSWERED),
    "transfer_bridged": (Outcome.ANSWERED, Count.ANSWERED),
    "transfer_cancelled": (Outcome.ANSWERED, Count.ANSWERED),
    "max_duration_reached": (Outcome.ANSWERED, Count.ANSWERED),
    "call_take_over": (Outcome.ANSWERED, Count.ANSWERED),
    "user_requested_dnc": (Outcome.OPTED_OUT, Count.ANSWERED),
    "user_requested_callback": (Outcome.CALLBACK, Count.ANSWERED),
    "inactivity": (Outcome.SILENT, Count.FAILED),
    "voicemail_reached": (Outcome.VOICEMAIL, Count.VOICEMAIL),
    "machine_detected": (Outcome.VOICEMAIL, Count.VOICEMAIL),
    "ivr_reached": (Outcome.IVR, Count.FAILED),
    "dial_no_answer": (Outcome.NO_ANSWER, Count.NO_ANSWER),
    "registered_call_timeout": (Outcome.NO_ANSWER, Count.NO_ANSWER),
    "error_user_not_joined": (Outcome.NO_ANSWER, Count.NO_ANSWER),
    "dial_busy": (Outcome.BUSY, Count.BUSY),
    "user_declined": (Outcome.DECLINED, Count.FAILED),
    "invalid_destination": (Outcome.INVALID_NUMBER, Count.FAILED),
    "marked_as_spam": (Outcome.BLOCKED, Count.FAILED),
    "network_blocked": (Outcome.BLOCKED, Count.FAILED),
    "scam_detected": (Outcome.BLOCKED, Count.FAILED),
    "dial_failed": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "sip_routing_error": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "telephony_provider_unavailable": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_llm_websocket_open": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_llm_websocket_lost_connection": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_llm_websocket_runtime": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_llm_websocket_corrupt_payload": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_no_audio_received": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_asr": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_retell": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "error_unknown": (Outcome.PROVIDER_ERROR, Count.FAILED),
    "concurrency_limit_reached": (Outcome.CAPACITY, None),
    "no_concurrency_fallback": (Outcome.CAPACITY, None),
    "no_valid_payment": (Outcome.ACCOUNT_FATAL, None),
    "credit_exhausted": (Outcome.ACCOUNT_FATAL, None),
    "budget_reached": (Outcome.ACCOUNT_FATAL, None),
    "telephony_provider_permission_denied": (Outcome.ACCOUNT_FATAL, None),
    "manual_stopped": (Outcome.STOPPED, Count.FAILED),
    "carrier_pigeon_lost": (Outcome.UNKNOWN, Count.FAILED),
}


@pytest.mark.parametrize("reason", TABLE)
def test_every_reason_has_its_outcome_and_its_box(reason: str) -> None:
    outcome, box = TABLE[reason]

    found = outcomes.of(reason, in_voicemail=False)

    assert found is outcome
    if box is None:
        assert found in outcomes.REQUEUED
    else:
        assert outcomes.count(found, AppointmentAction.NONE, connected=False) is box


def test_no_reason_of_the_providers_client_is_left_out() -> None:
    field = PhoneCallResponse.model_fields["disconnection_reason"]
    reasons = set(typing.get_args(typing.get_args(field.annotation)[0]))

    assert len(reasons) == 39
    assert reasons == TABLE.keys() - {"machine_detected", "carrier_pigeon_lost"}


@pytest.mark.parametrize("reason", ["agent_hangup", "user_requested_dnc", "inactivity"])
def test_a_voicemail_is_a_voicemail_whatever_ended_the_call(reason: str) -> None:
    """X-10, X-22: a voicemail is never read as a refusal."""
    assert outcomes.of(reason, in_voicemail=True) is Outcome.VOICEMAIL


def test_only_a_confirmed_appointment_is_counted_as_confirmed() -> None:
    boxes = [
        outcomes.count(Outcome.ANSWERED, action, connected=True) for action in AppointmentAction
    ]

    assert boxes == [Count.ANSWERED, Count.CONFIRMED, Count.ANSWERED, Count.ANSWERED]


def test_a_stopped_call_counts_as_answered_only_if_it_had_connected() -> None:
    none = AppointmentAction.NONE

    assert outcomes.count(Outcome.STOPPED, none, connected=True) is Count.ANSWERED
    assert outcomes.count(Outcome.STOPPED, none, connected=False) is Count.FAILED
