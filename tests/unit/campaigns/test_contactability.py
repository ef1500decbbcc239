"""Whom may be dialled now, and why not: one reason each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.campaigns.domain.contactability import (
    Circumstances,
    DialFacts,
    Reason,
    Verdict,
    decide,
)
from services.campaigns.domain.hours import CallingHours

TEN = datetime(2026, 9, 15, 14, tzinfo=UTC)
HOURS = CallingHours("America/New_York")
ADA = DialFacts(
    contact_id=UUID(int=1),
    phone="+12125550140",
    consent_basis="existing_customer",
    name="Ada Planted",
    timezone="America/New_York",
)
CALM = Circumstances(hours=HOURS)


def test_a_person_with_consent_in_calling_hours_is_dialled() -> None:
    decision = decide(ADA, CALM, TEN)

    assert (decision.verdict, decision.reason) == (Verdict.DIAL, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"deleted": True}, Reason.DELETED),
        ({"member": False}, Reason.NOT_A_MEMBER),
        ({"phone": ""}, Reason.NO_PHONE),
        ({"consent_basis": ""}, Reason.NO_CONSENT),
        ({"timezone": "", "phone": "+999123456789"}, Reason.UNKNOWN_ZONE),
    ],
)
def test_facts_of_the_contact_skip_for_good(change: dict[str, Any], reason: Reason) -> None:
    """C-32."""
    decision = decide(replace(ADA, **change), CALM, TEN)

    assert (decision.verdict, decision.reason) == (Verdict.SKIP, reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"group_deleted": True}, Reason.GROUP_DELETED),
        ({"suppressed": True}, Reason.SUPPRESSED),
        ({"phone_called_before": True}, Reason.DUPLICATE_PHONE),
        ({"calls_today": 1, "calls_a_day": 1}, Reason.CAP_REACHED),
        ({"calls_this_week": 3, "calls_a_week": 3}, Reason.CAP_REACHED),
    ],
)
def test_circumstances_skip_for_good(change: dict[str, Any], reason: Reason) -> None:
    """X-09, X-12, X-13, C-29."""
    decision = decide(ADA, replace(CALM, **change), TEN)

    assert (decision.verdict, decision.reason) == (Verdict.SKIP, reason)


@pytest.mark.parametrize(
    ("change", "reason", "waits"),
    [
        ({"live": False}, Reason.NOT_LIVE, timedelta()),
        ({"facts_age": 10.1}, Reason.STALE_FACTS, timedelta()),
        ({"phone_in_call": True}, Reason.PHONE_IN_CALL, timedelta(minutes=2)),
    ],
)
def test_what_passes_only_waits(change: dict[str, Any], reason: Reason, waits: timedelta) -> None:
    decision = decide(ADA, replace(CALM, **change), TEN)

    assert (decision.verdict, decision.reason) == (Verdict.WAIT, reason)
    assert decision.until == TEN + waits


def test_outside_hours_the_person_waits_for_the_opening() -> None:
    night = datetime(2026, 9, 15, 5, tzinfo=UTC)

    decision = decide(ADA, CALM, night)

    assert (decision.verdict, decision.reason) == (Verdict.WAIT, Reason.OUTSIDE_HOURS)
    assert decision.until == datetime(2026, 9, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", ""])
def test_while_the_zone_of_the_account_is_not_known_everybody_waits(zone: str) -> None:
    """C-31: no zone stands in for it."""
    decision = decide(replace(ADA, timezone=zone), replace(CALM, hours=CallingHours("")), TEN)

    assert (decision.verdict, decision.reason) == (Verdict.WAIT, Reason.ACCOUNT_WITHOUT_ZONE)


def test_a_reason_for_good_goes_before_one_for_now() -> None:
    decision = decide(ADA, replace(CALM, suppressed=True, live=False), TEN)

    assert decision.reason is Reason.SUPPRESSED


def test_what_is_kept_of_a_decision_names_nobody() -> None:
    """X-25: it tells why, not who."""
    kept = repr(decide(ADA, CALM, TEN).inputs)

    assert "Planted" not in kept
    assert "555" not in kept
