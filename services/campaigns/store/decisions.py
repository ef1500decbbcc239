"""Why each person was, or was not, dialled at a moment: written once, never changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.domain.contactability import Decision
from services.campaigns.store.tables import decisions
from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.ids import new_id

_ROWS = (
    func.jsonb_to_recordset(
        func.jsonb_extract_path(bindparam("decided", type_=JSONB), literal_column("'rows'"))
    )
    .table_valued(
        Column("id", Uuid),
        Column("contact_id", Uuid),
        Column("verdict", Text),
        Column("reason", Text),
        Column("zones", ARRAY(Text)),
        Column("zone_source", Text),
        Column("until", DateTime(timezone=True)),
        Column("inputs", JSONB),
    )
    .render_derived(name="decided", with_types=True)
)
_APPEND_ALL = db.compiled(
    insert(decisions).from_select(
        [*_ROWS.c.keys(), "campaign_id", "at"],
        select(
            *_ROWS.c,
            bindparam("of_campaign", type_=Uuid),
            bindparam("moment", type_=DateTime(timezone=True)),
        ),
    )
)


async def append(
    tx: Transaction, campaign_id: UUID, contact_id: UUID, attempt_id: UUID, decision: Decision
) -> None:
    """Keeps a decision about an attempt with what it was taken from."""
    await tx.execute(
        insert(decisions).values(
            id=new_id(),
            campaign_id=campaign_id,
            attempt_id=attempt_id,
            at=tx.now,
            **_content(contact_id, decision),
        )
    )


async def append_all(tx: Transaction, campaign_id: UUID, decided: Mapping[UUID, Decision]) -> None:
    """Keeps the decisions about people for whom there was no attempt, in one statement."""
    rows = [
        {"id": str(new_id()), **_content(contact_id, decision), "contact_id": str(contact_id)}
        for contact_id, decision in decided.items()
    ]
    if rows:
        await tx.execute(
            _APPEND_ALL, decided={"rows": rows}, of_campaign=campaign_id, moment=tx.now
        )


def _content(contact_id: UUID, decision: Decision) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value if decision.reason else None,
        "zones": list(decision.where.zones),
        "zone_source": decision.where.source.value,
        "until": decision.until,
        "inputs": dict(decision.inputs),
    }
