"""What a campaign says of itself while it is quiet, and from when on it has begun."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.campaigns.store import tables
from services.campaigns.usecases import learning
from services.chassis.ids import new_id
from tests.service.dialling.hall import Hall

ANSWERS, HONOLULU = "+12125550144", "+18085550144"
FULL = {"operation": "create", "fault": "refuse", "status": 429, "retry_after": "60"}


@pytest.fixture
def scale() -> float:
    return 30


async def test_a_campaign_begins_with_its_first_fence_and_not_with_a_claim(hall: Hall) -> None:
    campaign = await hall.campaign(ANSWERS)
    hall.book.silent = True
    await hall.batch(campaign)
    assert (await hall.started_at(campaign), (await hall.state(campaign))[0]) == (None, "waiting")

    hall.book.silent = False
    await hall.through(campaign)

    assert await hall.started_at(campaign) is not None
    assert (await hall.state(campaign))[0] == "running"


async def test_between_batches_it_runs_whatever_it_waits_for(hall: Hall) -> None:
    campaign = await hall.campaign("+12125550199", ANSWERS)
    hall.book.change(campaign.people[1], phone="+12125550188")
    await hall.simulator.rule(FULL | {"phone": "*0188"})
    await hall.batch(campaign)
    async with hall.db.transaction(hall.caller) as tx:
        recipients = tables.recipients
        await tx.execute(
            update(recipients)
            .where(recipients.c.contact_id == campaign.people[0])
            .values(state="done")
        )

    batch = await hall.batch(campaign)

    state, reason = await hall.state(campaign)
    assert (batch.state, state) == ("running", "running")
    assert reason is not None
    assert reason.startswith("provider is full until")


async def test_across_closed_hours_it_waits_though_it_has_begun(hall: Hall) -> None:
    campaign = await hall.campaign(HONOLULU, started_at=await hall.now(), state="running")

    batch = await hall.batch(campaign)

    assert (batch.state, (await hall.state(campaign))[0]) == ("waiting", "waiting")


@pytest.mark.parametrize("scale", [1])  # nobody may be called again while the test lasts
async def test_the_reason_is_that_of_whoever_may_be_called_first(hall: Hall) -> None:
    campaign = await hall.campaign(HONOLULU, ANSWERS)
    hall.book.silent = True
    await hall.batch(campaign)

    batch = await hall.batch(campaign)

    assert batch.reason.startswith("contacts do not answer until")


async def test_until_the_zone_of_the_account_is_known_nobody_is_dialled(hall: Hall) -> None:
    """C-31: Los Angeles is not called at six in the morning for want of a zone."""
    young = replace(hall, tenant_id=new_id())
    campaign = await young.campaign(ANSWERS)
    young.book.change(campaign.people[0], timezone="America/New_York")

    batch = await young.batch(campaign)

    assert (batch.left, batch.dialled, batch.state) == (True, 0, "waiting")
    assert batch.reason == "the time zone of the account is not known yet"
    assert 0 < batch.seconds <= hall.desk.real_seconds(timedelta(minutes=1))

    async with young.db.transaction(young.caller) as tx:
        await learning.tenant(tx, "America/New_York", medical=False)
    await young.through(campaign)
    assert await young.outcomes(campaign) == ["answered"]
