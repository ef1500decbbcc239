"""The course of a campaign, step by step, for whoever watches it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.campaigns.domain.campaigns import Campaign, Recipient
from services.campaigns.store import recipients
from services.campaigns.usecases import campaigns, seeing
from services.campaigns.usecases.campaigns import Shown
from services.chassis.caller import Caller
from services.chassis.db import Database

LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """Where the campaign stands, and the people of whom more is known than a step before."""

    shown: Shown
    recipients: Sequence[Recipient]


async def watch(db: Database, caller: Caller, campaign_id: UUID) -> AsyncIterator[Step]:
    """A step with all that is known at once, then one for every change, until it is final."""
    told: dict[UUID, int] = {}
    before: Campaign | None = None
    while True:
        async with db.transaction(caller) as tx:
            campaign = await seeing.seen(tx, campaign_id)
            known = await recipients.versions(tx, campaign_id)
            news = [each for each, version in known.items() if told.get(each) != version]
            changed = await recipients.some(tx, campaign_id, news) if news else []
            shown = await campaigns.show(tx, campaign)
        told = dict(known)
        if changed or before is None or _differs(before, campaign):
            yield Step(shown, changed)
        if campaign.state.is_final:
            return
        before = campaign
        await asyncio.sleep(LOOK)


def _differs(before: Campaign, now: Campaign) -> bool:
    return (before.version, before.counts) != (now.version, now.counts)
