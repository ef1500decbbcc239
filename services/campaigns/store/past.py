"""Everything that the feed's listing tells, streamed from permanent tables."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.campaigns.store.attempts import Attempt
from services.campaigns.store.tables import attempts as attempts_table
from services.campaigns.store.tables import campaigns as campaigns_table
from services.campaigns.store.tables import suppressions as suppressions_table
from services.chassis import db
from services.chassis.db import Transaction

_A, _C = attempts_table.c, campaigns_table.c
_SUPPRESSIONS = db.compiled(
    select(suppressions_table.c.phone).order_by(suppressions_table.c.created_at)
)
_CAMPAIGNS = db.compiled(
    select(
        _C.id,
        _C.group_id,
        _C.state,
        _C.total_contacts,
        _C.created_at,
        _C.completed_at,
        _C.initiated_by,
    ).order_by(_C.created_at)
)
_ATTEMPTS = db.compiled(
    select(*(_A[name] for name in Attempt.__dataclass_fields__), _C.group_id)
    .join_from(attempts_table, campaigns_table, _C.id == _A.campaign_id)
    .where(_A.ended_at.is_not(None))
    .order_by(_A.ended_at)
)


@dataclass(frozen=True, slots=True)
class PastCampaign:
    """A campaign as it is now."""

    id: UUID
    group_id: UUID | None
    state: str
    total_contacts: int
    created_at: datetime
    completed_at: datetime | None
    initiated_by: UUID


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt that ended, and the group of its campaign."""

    attempt: Attempt
    group_id: UUID | None


async def suppressions(tx: Transaction) -> AsyncIterator[str]:
    """Every number on the list."""
    async for row in tx.stream(dict, _SUPPRESSIONS):
        yield str(row["phone"])


async def campaigns(tx: Transaction) -> AsyncIterator[PastCampaign]:
    """Every campaign, the oldest first."""
    async for row in tx.stream(PastCampaign, _CAMPAIGNS):
        yield row


async def attempts(tx: Transaction) -> AsyncIterator[PastAttempt]:
    """Every attempt that ended, the oldest first."""
    async for row in tx.stream(dict, _ATTEMPTS):
        values: dict[str, Any] = dict(row)
        group_id = values.pop("group_id")
        yield PastAttempt(Attempt(**values), group_id)
