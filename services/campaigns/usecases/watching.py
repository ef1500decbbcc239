"""The course of a campaign, step by step, for whoever watches it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from services.campaigns.domain.campaigns import Campaign, Recipient
from services.campaigns.store import recipients
from services.campaigns.store.recipients import UNTOUCHED, Mark
from services.campaigns.usecases import campaigns, seeing
from services.campaigns.usecases.campaigns import Shown
from services.chassis import closing
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.errors import Unavailable

CHANNEL = "campaigns_course"
SOONEST = 0.1
POLL = 3.0
HEARTBEAT = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """Where the campaign stands, and the people of whom more is known than a step before."""

    shown: Shown
    recipients: Sequence[Recipient]


@dataclass(slots=True)
class Bell:
    """Rings for those who watch a campaign once a change of it is committed.

    All of them share one connection, which is held while anybody watches.
    """

    db: Database
    _waiting: dict[UUID, set[asyncio.Event]] = field(default_factory=dict)
    _listening: asyncio.Task[None] | None = None

    @contextmanager
    def of(self, campaign_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set by every change of the campaign."""
        rung = asyncio.Event()
        self._waiting.setdefault(campaign_id, set()).add(rung)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="campaigns' course")
        try:
            yield rung
        finally:
            self._leave(campaign_id, rung)

    def _leave(self, campaign_id: UUID, rung: asyncio.Event) -> None:
        self._waiting[campaign_id].discard(rung)
        if not self._waiting[campaign_id]:
            del self._waiting[campaign_id]
        if not self._waiting and self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def _listen(self) -> None:
        """Whoever watches looks now and then by itself while the connection is lost."""
        while True:
            with suppress(Unavailable):
                async for campaign_id in self.db.listen(CHANNEL):
                    self._ring(campaign_id)
            await asyncio.sleep(POLL)

    def _ring(self, campaign_id: str) -> None:
        """The first word of a new connection is for all: what came before it was not heard."""
        everybody = chain.from_iterable(self._waiting.values())
        for rung in self._waiting.get(UUID(campaign_id), ()) if campaign_id else everybody:
            rung.set()


async def watch(
    db: Database, bell: Bell, caller: Caller, campaign_id: UUID
) -> AsyncIterator[Step | None]:
    """A step with all that is known at once, then one for every change, until it is final.

    None tells every few seconds that nothing changed. Ends when the server closes.
    """
    loop, told = asyncio.get_running_loop(), dict[UUID, Mark]()
    before: Campaign | None = None
    heard = loop.time()
    with bell.of(campaign_id) as rung:
        while not closing.has_begun():
            rung.clear()
            step, told = await _look(db, caller, campaign_id, told)
            campaign = step.shown.campaign
            if step.recipients or before is None or _differs(before, campaign):
                heard, before = loop.time(), campaign
                yield step
            elif loop.time() - heard >= HEARTBEAT:
                heard = loop.time()
                yield None
            if campaign.state.is_final:
                return
            await asyncio.sleep(SOONEST)
            await closing.first_of(rung, POLL)


async def _look(
    db: Database, caller: Caller, campaign_id: UUID, told: Mapping[UUID, Mark]
) -> tuple[Step, dict[UUID, Mark]]:
    async with db.transaction(caller) as tx:
        campaign = await seeing.seen(tx, campaign_id)
        known = await recipients.marks(tx, campaign_id)
        news = [each for each, mark in known.items() if told.get(each, UNTOUCHED) != mark]
        changed = await recipients.some(tx, campaign_id, news) if news else []
        return Step(await campaigns.show(tx, campaign), changed), known


def _differs(before: Campaign, now: Campaign) -> bool:
    return (before.version, before.counts) != (now.version, now.counts)
