"""Dialling against the real database and the simulated provider: nobody twice, nobody forgotten."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.campaigns.domain.contactability import Reason
from services.campaigns.usecases import calls, placing
from services.campaigns.usecases.desk import Stamp
from services.chassis import failpoints
from services.chassis.failpoints import Planted
from tests.service.dialling.hall import Hall

ANSWERS, CONFIRMS, MISSES, BUSY = "+12125550144", "+12125550140", "+12125550157", "+12125550160"
VOICEMAIL, INVALID, OPTS_OUT = "+12125550153", "+12125550162", "+12125550150"
PLACES = [
    "after_intent_commit",
    "before_http",
    "after_provider_accept_before_commit",
    "after_commit_before_activity_return",
]


@pytest.fixture
def scale() -> float:
    return 300


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


async def test_everybody_is_called_once_and_every_call_has_its_outcome(hall: Hall) -> None:
    campaign = await hall.campaign(ANSWERS, CONFIRMS, MISSES, BUSY, VOICEMAIL, INVALID)

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == [
        "answered",
        "answered",
        "no_answer",
        "busy",
        "voicemail",
        "invalid_number",
    ]
    verdict = await hall.simulator.verdict()
    assert (verdict["holds"], verdict["dials"]) == (True, 6)


@pytest.mark.parametrize("place", PLACES)
async def test_wherever_a_worker_dies_nobody_is_rung_twice_and_nobody_is_forgotten(
    hall: Hall, place: str
) -> None:
    """C-33: what the first worker left is taken up by the next one."""
    campaign = await hall.campaign(ANSWERS, CONFIRMS, MISSES)
    failpoints.arm(f"{place}:raise")
    with pytest.raises(Planted):
        await hall.batch(campaign)

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered", "answered", "no_answer"]
    verdict = await hall.simulator.verdict(per_phone=1)
    assert (verdict["holds"], verdict["dials"]) == (True, 3)


@pytest.mark.parametrize("patience", [2])
@pytest.mark.parametrize(
    ("suffix", "meaning"),
    [
        ("0185", "accepted, then silence"),
        ("0186", "accepted, then 500"),
        ("0187", "accepted, then a reset"),
        ("0192", "503, not accepted"),
        ("0193", "a reset, not accepted"),
    ],
)
async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(
    hall: Hall, suffix: str, meaning: str
) -> None:
    campaign = await hall.campaign(f"+1212555{suffix}")

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered"], meaning
    assert (await hall.simulator.verdict(per_phone=1))["dials"] == 1


async def test_a_provider_without_keys_still_rings_nobody_twice(hall: Hall) -> None:
    """P2: the call is found by its metadata before anything is sent again."""
    await hall.simulator.rule(
        {"fault": "idempotency_off"}, {"fault": "accept_then_status", "times": 1}
    )
    campaign = await hall.campaign(ANSWERS)
    failpoints.arm("after_provider_accept_before_commit:raise")
    with pytest.raises(Planted):
        await hall.batch(campaign)
    await hall.simulator.rule({"fault": "idempotency_off"})

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered"]


@pytest.mark.parametrize("suffix", ["0188", "0189", "0177", "0178"])
async def test_a_full_provider_is_tried_again_without_counting(hall: Hall, suffix: str) -> None:
    campaign = await hall.campaign(f"+1212555{suffix}")

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered"]


async def test_a_429_gives_its_place_in_the_window_back(hall: Hall) -> None:
    campaign = await hall.campaign(ANSWERS, "+12125550188")

    await hall.batch(campaign)

    assert await hall.tokens() == 1


async def test_a_request_refused_for_good_is_a_failed_call_and_stops_nobody(hall: Hall) -> None:
    """C-24."""
    campaign = await hall.campaign("+12125550190", ANSWERS)

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["provider_error", "answered"]


@pytest.mark.parametrize("suffix", ["0179", "0191"])
async def test_an_account_in_trouble_holds_the_campaign(hall: Hall, suffix: str) -> None:
    """X-21: at the request or at the call's end."""
    campaign = await hall.campaign(f"+1212555{suffix}")

    async with asyncio.timeout(5):
        while (await hall.state(campaign))[0] != "paused":
            await hall.batch(campaign)
            await asyncio.sleep(0.02)

    (person,) = await hall.people(campaign)
    _, reason = await hall.state(campaign)
    assert person.state == "pending"
    assert reason is not None
    assert reason.startswith("the provider refuses the account")
    assert (await hall.batch(campaign)).state == "paused"


@pytest.mark.parametrize(
    ("suffix", "outcome"),
    [
        ("0194", "answered"),
        ("0195", "answered"),
        ("0196", "answered"),
        ("0197", "answered"),
        ("0155", "voicemail"),
        ("0154", "voicemail"),
        ("0184", "unknown"),
        ("0183", "stopped"),
        ("0176", "provider_error"),
    ],
)
async def test_reports_may_come_twice_late_in_any_order_or_never(
    hall: Hall, suffix: str, outcome: str
) -> None:
    """X-42."""
    campaign = await hall.campaign(f"+1212555{suffix}")

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == [outcome]


async def test_who_asks_not_to_be_called_is_suppressed_and_a_voicemail_never_is(
    hall: Hall,
) -> None:
    """X-10."""
    await hall.through(await hall.campaign(OPTS_OUT, VOICEMAIL))

    again = await hall.campaign(OPTS_OUT, VOICEMAIL)
    await hall.through(again)

    assert await hall.outcomes(again) == ["suppressed", "voicemail"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"consent_basis": ""}, Reason.NO_CONSENT),
        ({"deleted": True}, Reason.DELETED),
        ({"member": False}, Reason.NOT_A_MEMBER),
        ({"phone": ""}, Reason.NO_PHONE),
    ],
)
async def test_what_changed_since_the_launch_counts_at_the_dial(
    hall: Hall, change: dict[str, Any], reason: Reason
) -> None:
    """C-32."""
    campaign = await hall.campaign(ANSWERS, MISSES)
    hall.book.change(campaign.people[0], **change)

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == [reason.value, "no_answer"]
    assert (await hall.simulator.verdict())["dials"] == 1


async def test_a_number_that_changed_since_the_launch_is_the_one_dialled(hall: Hall) -> None:
    campaign = await hall.campaign(ANSWERS)
    hall.book.change(campaign.people[0], phone=MISSES)

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["no_answer"]


async def test_two_people_with_one_phone_are_one_ring(hall: Hall) -> None:
    """X-13."""
    campaign = await hall.campaign(ANSWERS, ANSWERS, ANSWERS)

    await hall.through(campaign)

    assert sorted(await hall.outcomes(campaign)) == ["answered"] + ["duplicate_phone"] * 2
    assert (await hall.simulator.verdict())["dials"] == 1


async def test_a_phone_that_is_in_a_call_of_another_campaign_waits(hall: Hall) -> None:
    first, second = await hall.campaign("+12125550199"), await hall.campaign("+12125550199")
    await hall.batch(first)

    await hall.through(second)
    await hall.through(first)

    assert (await hall.simulator.verdict())["overlapping"] == []
    assert await hall.outcomes(second) == ["answered"]


async def test_a_deleted_group_skips_those_not_yet_called(hall: Hall) -> None:
    """C-29."""
    campaign = await hall.campaign(ANSWERS)
    hall.book.group_deleted = True

    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["group_deleted"]


async def test_without_facts_nobody_is_dialled_and_nobody_is_lost(hall: Hall) -> None:
    """P31: fail closed."""
    campaign = await hall.campaign(ANSWERS)
    hall.book.silent = True
    await hall.batch(campaign)
    assert await hall.tokens() == 0
    assert (await hall.simulator.verdict())["dials"] == 0

    hall.book.silent = False
    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered"]


@pytest.mark.parametrize("state", ["paused", "cancelling", "cancelled"])
async def test_a_campaign_that_may_not_dial_dials_nobody(hall: Hall, state: str) -> None:
    campaign = await hall.campaign(ANSWERS, state=state)

    batch = await hall.batch(campaign)

    assert batch.dialled == 0
    assert (await hall.simulator.verdict())["dials"] == 0


async def test_the_fence_hears_a_cancellation_that_comes_after_the_permit(hall: Hall) -> None:
    """C-26: the dial transaction itself reads the state."""
    campaign = await hall.campaign(ANSWERS, MISSES)

    async with hall.before_the_fence(campaign):
        await hall.change(campaign, state="cancelling")

    assert (await hall.simulator.verdict())["dials"] == 0
    assert [person.state for person in await hall.people(campaign)] == ["pending"] * 2
    assert await hall.tokens() == 0


async def test_stopping_in_the_middle_puts_the_rest_back(hall: Hall) -> None:
    campaign = await hall.campaign(ANSWERS, MISSES)
    stop = asyncio.Event()

    async with hall.before_the_fence(campaign, stop):
        stop.set()

    assert [person.state for person in await hall.people(campaign)] == ["pending"] * 2
    assert await hall.tokens() == 0


async def test_after_the_expiry_nobody_is_dialled(hall: Hall) -> None:
    """X-16."""
    campaign = await hall.campaign(ANSWERS, expires_at=await hall.now())

    batch = await hall.batch(campaign)

    assert (batch.left, batch.verdict) == (False, "expired")
    assert (await hall.simulator.verdict())["dials"] == 0


async def test_a_lost_request_whose_key_has_expired_needs_a_person(hall: Hall) -> None:
    """An unknown fate is never redialled."""
    campaign = await hall.campaign(MISSES, "+16465550157")
    failpoints.arm("before_http:raise")
    with pytest.raises(Planted):
        await hall.batch(campaign)
    await hall.age_requests(hours=2)

    await hall.through(campaign)

    assert sorted(await hall.outcomes(campaign)) == ["no_answer", "untraceable"]
    assert (await hall.simulator.verdict())["dials"] == 1


async def test_every_dial_and_every_non_dial_leaves_its_decision(hall: Hall) -> None:
    """X-25: and none of them holds personal data."""
    campaign = await hall.campaign(ANSWERS, MISSES)
    hall.book.change(campaign.people[1], consent_basis="")

    await hall.through(campaign)

    decisions = await hall.decisions(campaign)
    assert [(each["verdict"], each["reason"]) for each in decisions] == [
        ("dial", None),
        ("skip", "no_consent"),
    ]
    assert decisions[0]["zones"] == ["America/New_York"]
    assert decisions[0]["zone_source"] == "tenant_and_number"
    assert "Planted" not in repr(decisions)
    assert "+1212" not in repr(decisions)


async def test_a_worker_that_slept_between_fence_and_request_sends_nothing(hall: Hall) -> None:
    """By the wall clock or by the monotonic one: whichever says that it is too late."""
    campaign = await hall.campaign(ANSWERS)
    fenced = await hall.fenced(campaign)
    now = Stamp.now()

    for slept in (
        replace(now, wall=now.wall - timedelta(seconds=3)),
        replace(now, monotonic=now.monotonic - 3),
        replace(now, wall=now.wall + timedelta(hours=1)),
    ):
        assert not await placing.place(hall.desk, fenced.work, replace(fenced.order, stamp=slept))

    assert (await hall.simulator.verdict())["dials"] == 0
    assert await hall.outcomes(campaign) == [calls.FULL]
    assert await hall.tokens() == 0


async def test_facts_older_than_ten_seconds_dial_nobody(hall: Hall) -> None:
    """C-32."""
    campaign = await hall.campaign(ANSWERS)
    asked = Stamp.now()

    found = await hall.fence(campaign, replace(asked, monotonic=asked.monotonic - 11))

    assert found is None
    assert await hall.outcomes(campaign) == ["stale facts"]
    assert await hall.tokens() == 0


async def test_a_call_that_turns_up_after_its_request_was_refused_is_not_dialled_again(
    hall: Hall,
) -> None:
    """408 says nothing for sure."""
    campaign = await hall.campaign(ANSWERS)
    await hall.simulator.rule({"fault": "accept_then_status", "status": 408, "times": 1})

    await hall.batch(campaign)
    await hall.through(campaign)

    assert await hall.outcomes(campaign) == ["answered"]
    assert (await hall.simulator.verdict(per_phone=1))["dials"] == 1
