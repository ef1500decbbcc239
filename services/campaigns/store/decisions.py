"""Why each person was, or was not, dialled at a moment: written once, never changed."""

from uuid import UUID

from sqlalchemy import insert

from services.campaigns.domain.contactability import Decision
from services.campaigns.store.tables import decisions
from services.chassis.db import Transaction
from services.chassis.ids import new_id


async def append(
    tx: Transaction, campaign_id: UUID, contact_id: UUID, attempt_id: UUID, decision: Decision
) -> None:
    """Keeps a decision with what it was taken from."""
    await tx.execute(
        insert(decisions).values(
            id=new_id(),
            campaign_id=campaign_id,
            contact_id=contact_id,
            attempt_id=attempt_id,
            at=tx.now,
            verdict=decision.verdict.value,
            reason=decision.reason.value if decision.reason else None,
            zones=list(decision.where.zones),
            zone_source=decision.where.source.value,
            until=decision.until,
            inputs=dict(decision.inputs),
        )
    )
