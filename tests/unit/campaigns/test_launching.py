"""What a launch may ask for, who is left out from the start, and when it is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.campaigns.domain import launching
from services.campaigns.domain.audience import Wanted
from services.campaigns.domain.campaigns import Timing
from services.campaigns.domain.contactability import DialFacts, Reason
from services.campaigns.domain.hours import CallingHours
from services.campaigns.domain.launching import Invited, Order
from services.chassis.errors import Conflict, Invalid, Precondition, Refusal

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
HOURS = CallingHours("America/New_York")
ORDER = Order(wanted=Wanted(group_id=UUID(int=9)), timing=Timing.IMMEDIATE)


def person(number: int, **facts: Any) -> DialFacts:
    usual = DialFacts(
        contact_id=UUID(int=number),
        phone=f"+121255501{number:02}",
        consent_basis="existing_customer",
        timezone="America/New_York",
    )
    return replace(usual, **facts)


def invited(*people: DialFacts, suppressed: str = "") -> tuple[Invited, ...]:
    return launching.invited(people, {suppressed}, HOURS, NINE)


def reasons(people: tuple[Invited, ...]) -> list[Reason | None]:
    return [each.reason for each in people]


def refusal(action: Any, *args: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        action(*args)
    return caught.value


def test_everybody_excluded_stays_in_the_audience_with_the_reason() -> None:
    """C-32."""
    people = invited(
        person(1),
        person(2, phone=""),
        person(3, consent_basis=""),
        person(4),
        suppressed="+12125550104",
    )

    assert reasons(people) == [None, Reason.NO_PHONE, Reason.NO_CONSENT, Reason.SUPPRESSED]


def test_a_phone_that_two_people_share_rings_once() -> None:
    people = invited(person(1), person(2, phone="+12125550101"), person(3))

    assert reasons(people) == [None, Reason.DUPLICATE_PHONE, None]


def test_a_person_who_is_left_out_does_not_take_the_phone_from_the_next() -> None:
    people = invited(person(1, consent_basis=""), person(2, phone="+12125550101"))

    assert reasons(people) == [Reason.NO_CONSENT, None]


def test_closed_hours_leave_nobody_out() -> None:
    midnight = NINE + timedelta(hours=15)

    people = launching.invited((person(1),), (), HOURS, midnight)

    assert reasons(people) == [None]


def test_exclusions_are_counted_by_reason_with_five_examples() -> None:
    people = invited(*(person(n, consent_basis="") for n in range(1, 9)), person(9, phone=""))

    no_consent, no_phone = launching.exclusions(people)

    assert (no_consent.reason, no_consent.count) == (Reason.NO_CONSENT, 8)
    assert no_consent.examples == tuple(UUID(int=n) for n in range(1, 6))
    assert (no_phone.reason, no_phone.count) == (Reason.NO_PHONE, 1)


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"timing": Timing.SCHEDULED}, "TIMING_NOT_AVAILABLE", "call_timing"),
        ({"timing": Timing.STAGGERED}, "TIMING_NOT_AVAILABLE", "call_timing"),
        ({"expires_at": NINE}, "EXPIRED_ALREADY", "expires_at"),
    ],
)
def test_an_order_that_breaks_a_rule_names_the_field(
    change: dict[str, Any], reason: str, field: str
) -> None:
    refused = refusal(launching.checked, replace(ORDER, **change), NINE)

    assert isinstance(refused, Invalid)
    assert (refused.reason, refused.facts["field"]) == (reason, field)


def test_an_order_at_its_limits_is_accepted() -> None:
    launching.checked(replace(ORDER, expires_at=NINE + timedelta(seconds=1)), NINE)


def test_an_empty_audience_is_an_empty_group() -> None:
    refused = refusal(launching.callable_people, ORDER, ())

    assert isinstance(refused, Precondition)
    assert refused.reason == "GROUP_EMPTY"


def test_when_everybody_is_left_out_the_refusal_counts_by_reason() -> None:
    people = invited(person(1, consent_basis=""), person(2, consent_basis=""), person(3, phone=""))

    refused = refusal(launching.callable_people, ORDER, people)

    assert refused.reason == "NOBODY_TO_CALL"
    assert refused.facts == {"reasons": "2 no_consent, 1 no_phone"}


def test_a_changed_count_is_told_with_both_numbers() -> None:
    people = invited(person(1), person(2))

    refused = refusal(launching.callable_people, replace(ORDER, expected_count=3), people)

    assert isinstance(refused, Conflict)
    assert refused.reason == "COUNT_CHANGED"
    assert (refused.facts["expected"], refused.facts["found"]) == ("3", "2")


def test_the_expected_count_is_of_those_who_are_called() -> None:
    people = invited(person(1), person(2, consent_basis=""))

    assert launching.callable_people(replace(ORDER, expected_count=1), people) == 1


@pytest.mark.parametrize(
    ("zone", "name"),
    [("America/New_York", "VIP, 2026-09-15 09:00"), ("", "VIP")],
)
def test_a_campaign_without_a_name_says_its_time_only_where_it_is_known(
    zone: str, name: str
) -> None:
    nine = datetime(2026, 9, 15, 13, tzinfo=UTC)

    assert launching.default_name("VIP", nine, zone) == name
