"""Announces how groups do, so that the groups context can show and sort by it."""

from collections.abc import AsyncIterator
from uuid import UUID
from zoneinfo import ZoneInfo

from services.analytics.domain.events import GroupPerformanceChanged
from services.analytics.domain.periods import USUAL, Period
from services.analytics.store import announced, facts
from services.analytics.store import figures as store
from services.chassis import outbox, tenants
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction


async def announce(db: Database, tenant_id: UUID) -> int:
    """Announces the groups whose figures differ from what was said last; gives how many."""
    async with db.transaction(Caller.service(tenant_id, "analytics")) as tx:
        await facts.lock(tx)
        zone = ZoneInfo(await facts.zone(tx) or "UTC")
        measured = await store.of_all(tx, Period.ending(tx.now, zone, USUAL))
        said = {each.group_id: each for each in await announced.everything(tx)}
        now = [GroupPerformanceChanged.of(each) for each in measured]
        news = [each for each in now if _is_news(each, said.get(each.group_id))]
        if news:
            await announced.keep(tx, news)
            await outbox.append(tx, *news)
        return len(news)


async def list_history(tx: Transaction) -> AsyncIterator[object]:
    """What was last announced, for a reader that begins."""
    for each in await announced.everything(tx):
        yield each


async def every_tenant(db: Database) -> list[UUID]:
    """The ids of all tenants."""
    async with db.across_tenants() as tx:
        return await tenants.everyone(tx)


def _is_news(event: GroupPerformanceChanged, said: GroupPerformanceChanged | None) -> bool:
    """A group that was never called and never spoken of is none."""
    return event != said and (said is not None or event.total_calls > 0)
