"""The limits of many tenants at once: window, gap and slots, at every instant of the ledger."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from sqlalchemy import update

from services.campaigns.domain import pacing
from services.campaigns.domain.campaigns import Priority
from services.campaigns.domain.pacing import Limiter
from services.campaigns.domain.policies import Policy
from services.campaigns.store import policies, tables
from services.campaigns.usecases.permits import GRACE
from services.chassis.db import Transaction
from tests.service.dialling.hall import Campaign, Hall
from tests.service.dialling.office import Office
from tests.service.dialling.queueing import Queues
from tests.service.dialling.town import Town
from tests.support.faulty_worker import at_once
from tests.support.overlap import most_at_once

_read = policies.read
GAP = timedelta(seconds=30)
SLOTS, BATCH = 5, 5


@pytest.fixture
def scale() -> float:
    """A window is three real seconds."""
    return 300


@pytest.mark.verify
async def test_tenants_with_more_campaigns_than_slots_keep_every_limit(office: Office) -> None:
    """C-13, C-16: three tenants, six campaigns each, five at a time."""
    town = await Town.of(office, tenants=3)

    campaigns = await town.call_everybody(campaigns_each=6, people=6)

    await _limits_were_kept(town)
    await _everybody_was_called(town, campaigns)


@pytest.mark.verify
@pytest.mark.parametrize(("scale", "lines"), [(10, 100)])  # a gap is three real seconds
async def test_batches_keep_their_distance_by_the_ledger(office: Office) -> None:
    """C-13: no six calls of a tenant, of whichever campaigns, come close to one another.

    A request may reach the provider later than its permit was given, so half a gap is left to it.
    """
    town = await Town.of(office, tenants=2)

    await town.call_everybody(campaigns_each=3, people=5)

    assert await _closest_sixes(town) >= GAP / 2


@pytest.mark.verify
@pytest.mark.parametrize(("scale", "lines"), [(10, 100)])
async def test_without_the_gap_the_ledger_shows_it(office: Office) -> None:
    town = await Town.of(office, tenants=1)

    with patch.object(Limiter, "free_at", at_once):
        await town.call_everybody(campaigns_each=3, people=5)

    assert await _closest_sixes(town) < GAP / 2


@pytest.mark.verify
async def test_without_slots_the_ledger_shows_it(office: Office) -> None:
    town = await Town.of(office, tenants=1)

    with patch.object(policies, "read", _with_many_slots):
        await town.call_everybody(campaigns_each=8, people=8)

    assert await _most_ringing(town) > SLOTS


@pytest.mark.verify
async def test_fifty_campaigns_of_ten_tenants_keep_every_limit(
    office: Office, record_property: Callable[[str, object], None]
) -> None:
    """P7: window, gap and slots hold at every instant, with 60 campaigns of ten tenants.

    C-12: of three priorities; nobody of a lower class goes before who waits in a higher one.
    """
    town, queues = await Town.of(office, tenants=10), Queues()

    with queues.watched():
        campaigns = await town.call_everybody(6, 10, tuple(Priority))

    verdict = await office.hall.simulator.verdict(per_phone=1)
    record_property("campaigns", len(campaigns))
    record_property("dials", verdict["dials"])
    record_property("fullest window", verdict["fullest_window"]["count"])
    record_property("most live of a tenant", town.most_live)
    record_property("grants while others waited", sum(bool(g.others) for g in queues.grants))
    await _limits_were_kept(town)
    await _everybody_was_called(town, campaigns)
    assert queues.overtaken(town.priorities, _grace(office)) == []


async def test_higher_priorities_go_first(office: Office) -> None:
    """C-12: two tenants, campaigns of three priorities, all at once."""
    town, queues = await Town.of(office, tenants=2), Queues()

    with queues.watched():
        await town.call_everybody(5, 8, tuple(Priority))

    assert any(grant.others for grant in queues.grants)
    assert queues.overtaken(town.priorities, _grace(office)) == []


@pytest.mark.verify
async def test_without_the_queue_somebody_is_overtaken(office: Office) -> None:
    town, queues = await Town.of(office, tenants=2), Queues()

    with queues.watched(), patch.object(pacing, "ahead", lambda *_: 0):
        await town.call_everybody(5, 8, tuple(Priority))

    assert queues.overtaken(town.priorities, _grace(office)) != []


@pytest.mark.parametrize("scale", [50])  # a busy machine dials them all within a window
async def test_without_the_limiter_the_ledger_shows_it(office: Office) -> None:
    town = await Town.of(office, tenants=1)

    with patch.object(Limiter, "free_at", at_once):
        await town.call_everybody(campaigns_each=5, people=10)

    verdict = await office.hall.simulator.verdict(per_phone=1)
    assert verdict["fullest_window"]["count"] > 25
    assert any("fullest window" in fault for fault in verdict["faults"])
    assert await _shortest_gap(town.tenants[0]) < GAP


@pytest.mark.parametrize("scale", [10])  # the gap closes when the test says so
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
    await hall.widen_the_gap(timedelta(minutes=2))
    await hall.batch(campaigns["normal"])
    await _has_waited(hall, campaigns["normal"], timedelta(minutes=waited))
    await hall.batch(campaigns["high"])
    await hall.let_the_gap_pass()

    (second,) = campaigns.keys() - {first}
    late, granted = await hall.batch(campaigns[second]), await hall.batch(campaigns[first])

    assert (late.dialled, granted.dialled) == (0, 5)
    assert late.reason == "waits its turn: campaigns ahead: 1"


async def _limits_were_kept(town: Town) -> None:
    verdict = await town.office.hall.simulator.verdict(per_phone=1)
    assert verdict["faults"] == []
    assert verdict["fullest_window"]["count"] <= 25
    assert town.most_live == SLOTS, "all slots were wanted, and none too many was given"
    assert await _most_ringing(town) <= SLOTS
    for hall in town.tenants:
        assert await _shortest_gap(hall, _urgent(town)) >= GAP
        assert max(size for _, size in await hall.batches()) <= BATCH


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


def _grace(office: Office) -> timedelta:
    """Who is called and does not come for longer is passed over, as at the product's."""
    return office.hall.desk.virtual(GRACE)


async def _closest_sixes(town: Town) -> timedelta:
    """The least time in which six calls of a tenant that are not urgent reached the provider."""
    spans = []
    for moments in (await _moments(town, lambda dial: dial["tenant_id"])).values():
        spans += [later - earlier for earlier, later in zip(moments, moments[5:], strict=False)]
    return min(spans)


async def _most_ringing(town: Town) -> int:
    """How many campaigns of a tenant at once were between their first and their last call."""
    spans: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    found = await _moments(town, lambda dial: (dial["tenant_id"], dial["campaign_id"]))
    for (tenant, _), moments in found.items():
        spans[tenant].append((moments[0], moments[-1]))
    return max(map(most_at_once, spans.values()))


async def _moments(town: Town, whose: Callable[[dict[str, Any]], Any]) -> dict[Any, list[datetime]]:
    moments: defaultdict[Any, list[datetime]] = defaultdict(list)
    for dial in await town.office.hall.simulator.ledger("dial"):
        moments[whose(dial)].append(datetime.fromisoformat(dial["at"]))
    return {who: sorted(rang) for who, rang in moments.items()}


async def _with_many_slots(tx: Transaction) -> Policy:
    return replace(await _read(tx), live_campaigns=8)


def _urgent(town: Town) -> set[UUID]:
    return {each for each, priority in town.priorities.items() if priority is Priority.URGENT}


async def _shortest_gap(hall: Hall, urgent: Collection[UUID] = ()) -> timedelta:
    """Between batches of the tenant, but urgent ones, which wait for none."""
    batches = await hall.batches(but=urgent)
    return min(later - earlier for (earlier, _), (later, _) in pairwise(batches))


async def _has_waited(hall: Hall, campaign: Campaign, span: timedelta) -> None:
    queue = tables.permit_queue
    statement = update(queue).where(queue.c.campaign_id == campaign.id)
    async with hall.db.transaction(hall.caller) as tx:
        await tx.execute(statement.values(since=queue.c.since - span))


def _numbers(count: int, area: int = 212) -> list[str]:
    return [f"+1{area}5550{n:03}" for n in range(100, 100 + count)]
