"""The tenant's window over all its campaigns: never more than 25 calls in any 15 minutes."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Any

import pytest

from services.campaigns.domain.pacing import Limits
from services.campaigns.usecases.desk import Stamp
from tests.service.dialling.hall import Hall
from tests.service.dialling.office import Office


@pytest.fixture
def scale() -> float:
    """A window is three real seconds."""
    return 300


async def test_five_campaigns_of_one_tenant_share_one_window(office: Office) -> None:
    """C-13: 150 people, interleaved; the fullest window of the ledger holds 25 at most."""
    campaigns = [
        await office.launch(*(f"+1{area}5550{n:03}" for n in range(100, 130)))
        for area in (212, 646, 718, 917, 347)
    ]

    await asyncio.gather(*(office.workflow(each).result() for each in campaigns))

    verdict = await office.hall.simulator.verdict(per_phone=1)
    assert verdict["faults"] == []
    assert verdict["fullest_window"]["count"] <= 25
    assert verdict["dials"] >= 150
    for campaign in campaigns:
        states = {person.state for person in await office.hall.people(campaign)}
        assert states == {"done"}
    assert await _turns(office) > 10, "they take turns"


async def test_batches_are_five_at_most_and_thirty_seconds_apart(hall: Hall) -> None:
    campaign = await hall.campaign(*(f"+12125550{n:03}" for n in range(100, 117)))

    await hall.through(campaign)

    batches = await hall.batches()
    assert [size for _, size in batches] == [5, 5, 5, 2]
    gaps = [(later - earlier).total_seconds() for (earlier, _), (later, _) in pairwise(batches)]
    assert all(gap >= 30 for gap in gaps)


async def test_an_urgent_campaign_does_not_wait_for_the_gap(hall: Hall) -> None:
    """C-12."""
    normal, urgent = (
        await hall.campaign(*_numbers(7)),
        await hall.campaign(*_numbers(3, area=646), priority=2),
    )
    await hall.batch(normal)
    await hall.widen_the_gap(timedelta(hours=1))

    held, granted = await hall.batch(normal), await hall.batch(urgent)

    assert (held.dialled, granted.dialled) == (0, 3)


@pytest.mark.parametrize(
    "trouble", [{"fault": "refuse", "status": 429}, {"fault": "refuse", "status": 408}]
)
async def test_an_urgent_campaign_lets_a_refusing_provider_breathe(
    hall: Hall, trouble: dict[str, Any]
) -> None:
    """Whoever is refused waits for a gap at least, told or not how long."""
    await hall.simulator.rule({"operation": "create"} | trouble)
    urgent = await hall.campaign(*_numbers(3), priority=2)

    await hall.batch(urgent)

    assert await hall.shortest_pause(urgent) >= Limits().gap


async def test_stale_and_missing_facts_are_asked_again_after_a_gap(hall: Hall) -> None:
    stale, silent = await hall.campaign(*_numbers(1)), await hall.campaign(*_numbers(1, area=646))
    asked = Stamp.now()
    await hall.fence(stale, replace(asked, monotonic=asked.monotonic - 11))
    hall.book.silent = True
    await hall.batch(silent)

    assert await hall.shortest_pause(stale) >= Limits().gap
    await asyncio.sleep(0.2)
    await hall.batch(silent)
    assert await hall.shortest_pause(silent) >= Limits().gap


@pytest.mark.parametrize("scale", [10])  # the gap closes when the test says so
async def test_a_campaign_of_higher_priority_goes_first(hall: Hall) -> None:
    normal = await hall.campaign(*_numbers(10))
    high = await hall.campaign(*_numbers(5, area=646), priority=1)
    await hall.batch(normal)
    await hall.widen_the_gap(timedelta(minutes=2))
    await hall.batch(normal)
    await hall.batch(high)
    await hall.let_the_gap_pass()

    late, granted = await hall.batch(normal), await hall.batch(high)

    assert (late.dialled, granted.dialled) == (0, 5)
    assert late.reason == "waits its turn: campaigns ahead: 1"


@pytest.mark.parametrize("scale", [10])  # a window is ninety real seconds
async def test_a_full_window_says_so_and_for_how_long(hall: Hall) -> None:
    """X-26."""
    campaign = await hall.campaign(*_numbers(3), state="running", started_at=await hall.now())
    await hall.fill_the_window(until=await hall.now() + timedelta(minutes=15))

    batch = await hall.batch(campaign)

    state, reason = await hall.state(campaign)
    assert batch.reason == reason == "window full: 25 of 25 calls in 15 minutes"
    assert state == "running"
    assert 60 < batch.seconds <= 90


async def test_at_night_everybody_waits_until_the_morning(hall: Hall) -> None:
    """C-06: Honolulu sleeps while New York works."""
    campaign = await hall.campaign("+18085550144", "+18085550140")

    batch = await hall.batch(campaign)

    assert (batch.left, batch.dialled, batch.state) == (True, 0, "waiting")
    assert batch.reason == "outside calling hours until 2026-09-15 14:00"
    assert await hall.tokens() == 0


@pytest.mark.parametrize("number", ["+18085550144", "+12125550144"])
@pytest.mark.parametrize("state", ["waiting", "paused", "cancelling"])
async def test_nothing_is_waited_for_beyond_the_expiry(hall: Hall, state: str, number: str) -> None:
    """X-16: its slot is free in time, whatever it waits for."""
    half_an_hour = timedelta(minutes=30)
    await hall.batch(await hall.campaign("+16465550144"))
    await hall.widen_the_gap(timedelta(hours=2))
    expiry = await hall.now() + half_an_hour
    campaign = await hall.campaign(number, state=state, expires_at=expiry)

    batch = await hall.batch(campaign)

    assert (batch.left, batch.dialled) == (True, 0)
    assert 0 < batch.seconds <= hall.desk.real_seconds(half_an_hour)


async def test_people_whose_hours_are_closed_do_not_hold_up_the_others(hall: Hall) -> None:
    sleeping = [f"+18085550{n:03}" for n in range(100, 170)]
    campaign = await hall.campaign(*sleeping, "+12125550144")

    batch = await hall.batch(campaign)

    assert batch.dialled == 1


async def test_two_dispatchers_of_one_campaign_never_claim_the_same_person(hall: Hall) -> None:
    campaign = await hall.campaign(*_numbers(5))

    await asyncio.gather(*(hall.batch(campaign) for _ in range(4)))
    await hall.through(campaign)

    verdict = await hall.simulator.verdict(per_phone=1)
    assert (verdict["holds"], verdict["dials"]) == (True, 5)


def _numbers(count: int, area: int = 212) -> list[str]:
    return [f"+1{area}5550{n:03}" for n in range(100, 100 + count)]


async def _turns(office: Office) -> int:
    """How often the campaign changes from one dial to the next."""
    dials = await office.hall.simulator.ledger("dial")
    return sum(1 for _ in groupby(dials, key=lambda dial: dial["campaign_id"]))
