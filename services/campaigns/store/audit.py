"""Who did what with campaigns: written with the change, never altered."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from services.campaigns.store.tables import audit
from services.chassis.db import Transaction


async def append(
    tx: Transaction, action: str, campaign_id: UUID | None, reason: str = "", **facts: Any
) -> None:
    """Adds an entry; the facts hold only what JSON knows, and no names."""
    await tx.execute(
        insert(audit).values(
            at=tx.now,
            person_id=tx.caller.person_id,
            action=action,
            campaign_id=campaign_id,
            reason=reason,
            facts=facts,
        )
    )
