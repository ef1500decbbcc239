"""The queue of a tenant's campaigns that wait for their next batch."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.domain.pacing import Waiter
from services.campaigns.store.live import DIALLING
from services.campaigns.store.tables import campaigns, permit_queue
from services.campaigns.store.words import one_of
from services.chassis import db
from services.chassis.db import Transaction

_MOMENT = DateTime(timezone=True)
_Q = permit_queue.c

_WAITING = db.compiled(
    select(_Q.campaign_id.label("campaign"), campaigns.c.priority, _Q.since, _Q.wakes_at)
    .join_from(permit_queue, campaigns, campaigns.c.id == _Q.campaign_id)
    .where(one_of(campaigns.c.state, *DIALLING))
)
_INSERT = insert(permit_queue).values(
    campaign_id=bindparam("campaign"),
    since=bindparam("moment", type_=_MOMENT),
    wakes_at=bindparam("until", type_=_MOMENT),
)
_WAIT = db.compiled(
    _INSERT.on_conflict_do_update(
        index_elements=["tenant_id", "campaign_id"], set_={"wakes_at": _INSERT.excluded.wakes_at}
    )
)
_LEAVE = db.compiled(delete(permit_queue).where(_Q.campaign_id == bindparam("campaign")))


@dataclass(frozen=True, slots=True)
class _Waiting:
    campaign: UUID
    priority: int
    since: datetime
    wakes_at: datetime


async def waiting(tx: Transaction) -> list[Waiter]:
    """Every campaign of the tenant that waits and may dial."""
    rows = await tx.fetch_all(_Waiting, _WAITING)
    return [Waiter(row.campaign, row.priority, row.since, row.wakes_at) for row in rows]


async def wait(tx: Transaction, campaign_id: UUID, now: datetime, wakes_at: datetime) -> None:
    """Takes a place; whoever has one keeps it and only says when it will ask again."""
    await tx.execute(_WAIT, campaign=campaign_id, moment=now, until=wakes_at)


async def leave(tx: Transaction, campaign_id: UUID) -> None:
    await tx.execute(_LEAVE, campaign=campaign_id)
