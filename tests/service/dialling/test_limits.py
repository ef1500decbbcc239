"""The limits of many tenants at once: window, gap and slots, at every instant of the ledger."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import groupby, pairwise
from unittest.mock import patch

import pytest
from sqlalchemy import update

from services.campaigns.domain.pacing import Limiter
from services.campaigns.store import tables
from tests.service.dialling.hall import Campaign, Hall
from tests.service.dialling.office import Office
from tests.service.dialling.town import Town
from tests.support.faulty_worker import at_once

GAP = timedelta(seconds=30)
SLOTS = 5


@pytest.fixture
def scale() -> float:
    """A window is three real seconds."""
    return 300


@pytest.mark.timeout(120)
async def test_tenants_with_more_campaigns_than_slots_keep_every_limit(office: Office) -> None:
    """C-13, C-16: three tenants, six campaigns each, five at a time."""
    town = await Town.of(office, tenants=3)

    campaigns = await town.call_everybody(campaigns_each=6, people=6)

    await _limits_were_kept(town)
    await _everybody_was_called(town, campaigns)


@pytest.mark.verify
@pytest.mark.timeout(600)
async def test_fifty_campaigns_of_ten_tenants_keep_every_limit(
    office: Office, record_property: Callable[[str, object], None]
) -> None:
    """P7: window, gap and slots hold at every instant, with 60 campaigns of ten tenants."""
    town = await Town.of(office, tenants=10)

    campaigns = await town.call_everybody(campaigns_each=6, people=10)

    verdict = await office.hall.simulator.verdict(per_phone=1)
    record_property("campaigns", len(campaigns))
    record_property("dials", verdict["dials"])
    record_property("fullest window", verdict["fullest_window"]["count"])
    record_property("most live of a tenant", town.most_live)
    await _limits_were_kept(town)
    await _everybody_was_called(town, campaigns)


@pytest.mark.parametrize("scale", [50])  # a busy machine dials them all within a window
@pytest.mark.timeout(120)
async def test_without_the_limiter_the_ledger_shows_it(office: Office) -> None:
    town = await Town.of(office, tenants=1)

    with patch.object(Limiter, "free_at", at_once):
        await town.call_everybody(campaigns_each=5, people=10)

    verdict = await office.hall.simulator.verdict(per_phone=1)
    assert verdict["fullest_window"]["count"] > 25
    assert any("fullest window" in fault for fault in verdict["faults"])
    assert await _shortest_gap(town.tenants[0]) < GAP


@pytest.mark.parametrize(("waited", "first"), [(4, "high"), (11, "normal")])
async def test_a_campaign_moves_up_a_class_for_ten_minutes_of_waiting(
    hall: Hall, waited: int, first: str
) -> None:
    """C-12: ageing, so that nobody waits for ever behind more urgent ones."""
    campaigns = {
        "normal": await hall.campaign(*_numbers(10)),
        "high": await hall.campaign(*_numbers(5, area=646), priority=1),
    }
    await hall.batch(campaigns["normal"])
    await hall.widen_the_gap(timedelta(seconds=90))
    await hall.batch(campaigns["normal"])
    await _has_waited(hall, campaigns["normal"], timedelta(minutes=waited))
    waits = await hall.batch(campaigns["high"])
    await asyncio.sleep(waits.seconds)

    (second,) = campaigns.keys() - {first}
    late, granted = await hall.batch(campaigns[second]), await hall.batch(campaigns[first])

    assert (late.dialled, granted.dialled) == (0, 5)
    assert late.reason == "waits its turn: campaigns ahead: 1"


async def _limits_were_kept(town: Town) -> None:
    verdict = await town.office.hall.simulator.verdict(per_phone=1)
    assert verdict["faults"] == []
    assert verdict["fullest_window"]["count"] <= 25
    assert town.most_live == SLOTS, "all slots were wanted, and none too many was given"
    for hall in town.tenants:
        assert await _shortest_gap(hall) >= GAP


async def _everybody_was_called(town: Town, campaigns: list[Campaign]) -> None:
    """Nobody is left over, and each tenant's campaigns took turns."""
    halls = [hall for hall in town.tenants for _ in range(len(campaigns) // len(town.tenants))]
    for hall, campaign in zip(halls, campaigns, strict=True):
        assert {person.state for person in await hall.people(campaign)} == {"done"}
    dials = await town.office.hall.simulator.ledger("dial")
    for hall in town.tenants:
        mine = [each for each in dials if each["tenant_id"] == str(hall.tenant_id)]
        turns = sum(1 for _ in groupby(mine, key=lambda dial: dial["campaign_id"]))
        assert turns > len({each["campaign_id"] for each in mine})


async def _shortest_gap(hall: Hall) -> timedelta:
    return min(later - earlier for (earlier, _), (later, _) in pairwise(await hall.batches()))


async def _has_waited(hall: Hall, campaign: Campaign, span: timedelta) -> None:
    queue = tables.permit_queue
    statement = update(queue).where(queue.c.campaign_id == campaign.id)
    async with hall.db.transaction(hall.caller) as tx:
        await tx.execute(statement.values(since=queue.c.since - span))


def _numbers(count: int, area: int = 212) -> list[str]:
    return [f"+1{area}5550{n:03}" for n in range(100, 100 + count)]
