"""The verdict on planted ledgers: it must turn red for each broken promise, and only then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.simulator.outcomes import NEVER_RANG
from deploy.local.simulator.verdict import Dial, Law, Verdict, fullest_window, judge
from services.campaigns.domain.outcomes import OF_REASON, REQUEUED

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


def dial(nth: int, at: datetime = NINE, **more: Any) -> Dial:
    """A lawful dial: its own phone in New York, its own key, over after a minute."""
    lawful = Dial(
        at=at,
        until=at + timedelta(minutes=1),
        call_id=f"call_{nth}",
        to_number=f"+1212555{nth:04}",
        idempotency_key=f"k{nth}",
        attempt_id=f"a{nth}",
        campaign_id="c1",
        tenant_id="t1",
    )
    return replace(lawful, **more)


def bursts(count: int, apart: timedelta) -> list[Dial]:
    return [dial(nth, NINE + nth * apart) for nth in range(count)]


def verdict(*dials: Dial, law: Law | None = None) -> Verdict:
    return judge(dials, law or Law())


def test_lawful_dials_hold() -> None:
    found = verdict(*bursts(60, timedelta(seconds=36)))

    assert (found.holds, found.faults) == (True, ())
    assert (found.dials, found.fullest_window.count) == (60, 25)
    assert [(each.dials, each.numbers, each.attempts) for each in found.campaigns] == [(60, 60, 60)]


def test_no_dials_hold() -> None:
    found = verdict()

    assert (found.holds, found.fullest_window.count, found.most_at_once) == (True, 0, 0)


@pytest.mark.parametrize("shared", [{"idempotency_key": "x"}, {"attempt_id": "x"}])
def test_two_dials_of_one_key_or_attempt_are_a_duplicate(shared: dict[str, Any]) -> None:
    later = NINE + timedelta(hours=1)

    found = verdict(dial(1, **shared), dial(2, later, **shared))

    assert not found.holds
    assert [(each.what, each.call_ids) for each in found.duplicates] == [
        (*shared, ("call_1", "call_2"))
    ]


def test_a_phone_may_be_dialled_as_often_as_the_law_says_in_a_campaign() -> None:
    again = dial(2, NINE + timedelta(hours=1), to_number=dial(1).to_number)
    elsewhere = replace(again, campaign_id="c2")

    assert verdict(dial(1), again, law=Law(per_phone=2)).holds
    assert verdict(dial(1), elsewhere, law=Law(per_phone=1)).holds
    assert not verdict(dial(1), again, law=Law(per_phone=1)).holds


def test_a_dial_for_which_the_provider_was_full_rang_nobody() -> None:
    full = dial(1, rang=False)
    again = dial(2, NINE + timedelta(hours=1), to_number=full.to_number)
    twice = dial(3, NINE + timedelta(hours=2), to_number=full.to_number)

    found = verdict(full, again, law=Law(per_phone=1))

    assert (found.holds, found.dials, found.rang) == (True, 2, 1)
    assert not verdict(full, again, twice, law=Law(per_phone=1)).holds


def test_the_simulator_and_the_product_agree_on_what_never_rang() -> None:
    requeued = {reason for reason, outcome in OF_REASON.items() if outcome in REQUEUED}

    assert requeued == NEVER_RANG


def test_a_phone_in_a_call_may_not_be_dialled() -> None:
    phone = dial(1).to_number
    during = dial(2, NINE + timedelta(seconds=59), to_number=phone)
    right_after = dial(2, NINE + timedelta(minutes=1), to_number=phone)

    assert not verdict(dial(1), during).holds
    assert verdict(dial(1), right_after).holds


@pytest.mark.parametrize("missing", [{"idempotency_key": ""}, {"attempt_id": ""}])
def test_a_dial_that_nobody_can_name_is_a_fault(missing: dict[str, Any]) -> None:
    assert not verdict(dial(1, **missing)).holds


def test_one_dial_too_many_in_a_window_is_a_fault() -> None:
    found = verdict(*bursts(26, timedelta(seconds=35)))

    assert found.faults == ("dials in the fullest window: 26, allowed are 25",)
    assert found.fullest_window.begins == NINE
    assert found.fullest_window.ends == NINE + WINDOW


def test_a_window_is_half_open() -> None:
    on_the_edge = verdict(dial(1), dial(2, NINE + WINDOW), law=Law(limit=1))
    just_inside = verdict(
        dial(1), dial(2, NINE + WINDOW - timedelta(microseconds=1)), law=Law(limit=1)
    )

    assert (on_the_edge.fullest_window.count, on_the_edge.holds) == (1, True)
    assert (just_inside.fullest_window.count, just_inside.holds) == (2, False)


def test_a_window_is_a_tenants_own() -> None:
    ours = [dial(nth) for nth in range(25)]
    theirs = [dial(nth, tenant_id="t2") for nth in range(100, 120)]

    found = verdict(*ours, *theirs)

    assert found.holds
    assert (found.fullest_window.tenant_id, found.fullest_window.count) == ("t1", 25)


@pytest.mark.parametrize(
    ("local", "lawful"),
    [("07:59:59", False), ("08:00:00", True), ("20:59:59", True), ("21:00:00", False)],
)
def test_hours_are_those_of_the_phones_region(local: str, lawful: bool) -> None:
    at = datetime.fromisoformat(f"2026-09-15T{local}-04:00")

    assert verdict(dial(1, at)).holds is lawful


def test_the_hours_of_the_phone_and_not_of_the_caller_count() -> None:
    los_angeles, phoenix = "+12135550100", "+16025550100"
    eight_in_los_angeles = datetime(2026, 9, 15, 15, tzinfo=UTC)

    assert not verdict(dial(1, NINE, to_number=los_angeles)).holds
    assert verdict(dial(1, eight_in_los_angeles, to_number=los_angeles)).holds
    assert verdict(dial(1, eight_in_los_angeles, to_number=phoenix)).holds


def test_a_dials_own_zone_goes_before_the_asked_one_and_that_before_the_region() -> None:
    moved_west = dial(1, NINE, zone="America/Los_Angeles")
    seattle = dial(1, NINE, to_number="+12065550100")

    assert not verdict(moved_west, law=Law(zone="America/New_York")).holds
    assert not verdict(seattle).holds
    assert verdict(seattle, law=Law(zone="America/New_York")).holds


@pytest.mark.parametrize("number", ["+18005550100", "+999123456789"])
def test_a_number_of_many_zones_or_none_is_called_only_when_all_are_open(number: str) -> None:
    assert not verdict(dial(1, NINE, to_number=number)).holds


def test_an_unknown_zone_is_never_open() -> None:
    assert not verdict(dial(1, zone="Atlantis/Centre")).holds


def test_calls_at_once_are_counted_without_the_one_that_just_ended() -> None:
    found = verdict(dial(1), dial(2), dial(3, NINE + timedelta(minutes=1)))

    assert found.most_at_once == 2


def test_every_broken_promise_is_told() -> None:
    night = datetime(2026, 9, 15, 3, tzinfo=UTC)

    found = verdict(dial(1, night), dial(1, night, call_id="call_x"), law=Law(limit=1))

    assert found.faults == (
        "keys or attempts dialled twice: 2",
        "dials of a phone that was in a call: 1",
        "dials outside calling hours: 2",
        "dials in the fullest window: 2, allowed are 1",
    )


@given(st.lists(st.integers(0, 3600), max_size=40), st.integers(1, 1800))
def test_the_fullest_window_is_the_fullest_over_every_instant(
    seconds: list[int], span: int
) -> None:
    dials = [dial(nth, NINE + timedelta(seconds=at)) for nth, at in enumerate(seconds)]

    found = fullest_window(dials, timedelta(seconds=span))

    by_hand = (sum(start <= at < start + span for at in seconds) for start in range(-1, 3602))
    assert found.count == max(by_hand)


@given(st.permutations(bursts(8, timedelta(minutes=1))))
def test_the_order_of_the_ledger_is_of_no_matter(dials: list[Dial]) -> None:
    assert verdict(*dials) == verdict(*bursts(8, timedelta(minutes=1)))
