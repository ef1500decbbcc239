"""The campaigns' worker with one safety taken out, to see that its absence is noticed.

`python -m tests.support.faulty_worker limiter_off | attempt_after_dial`
"""

import asyncio
import sys
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import func, insert, select

from services.campaigns.domain.pacing import Limiter
from services.campaigns.store import attempts, pending, tables
from services.campaigns.store.attempts import Claim
from services.campaigns.telephony.answers import Answer
from services.campaigns.usecases import placing
from services.campaigns.usecases.desk import Desk, Work
from services.campaigns.usecases.fencing import Fenced
from services.campaigns.worker import WorkerSettings, work
from services.chassis.db import Transaction
from services.chassis.ids import new_id

_record = placing._record
_in_call = pending.in_call
_A = tables.attempts.c


def at_once(self: Limiter, now: datetime, size: int, *, urgent: bool = False) -> datetime:
    """Grants whatever is asked."""
    return now


async def _claim_in_mind(
    tx: Transaction, campaign_id: UUID, people: Sequence[UUID], token: str, now: datetime
) -> list[Claim]:
    """Writes nothing down before the dial."""
    return [Claim(new_id(), person, 1, None) for person in people]


async def _leave_pending(tx: Transaction, campaign_id: UUID, people: Collection[UUID]) -> None:
    """They are in a call once the dial is written down."""


async def _fence_in_mind(tx: Transaction, attempt_id: UUID, token: str, phone: str) -> bool:
    return True


async def _record_at_last(
    desk: Desk, tx: Transaction, work: Work, fenced: Fenced, answer: Answer
) -> None:
    """The attempt's row, only now that the provider has answered."""
    claim = fenced.claim
    of_person = (_A.campaign_id == work.campaign_id, _A.contact_id == claim.contact_id)
    nth = select(func.coalesce(func.max(_A.n), 0) + 1).where(*of_person).scalar_subquery()
    row = {
        "id": claim.id,
        "campaign_id": work.campaign_id,
        "contact_id": claim.contact_id,
        "n": nth,
        "state": "dialing",
        "token": work.token,
        "phone": fenced.order.to_number,
        "claimed_at": tx.now,
    }
    await tx.execute(insert(tables.attempts).values(**row))
    await _in_call(tx, work.campaign_id, [claim.contact_id])
    await _record(desk, tx, work, fenced, answer)


FAULTS: dict[str, list[Any]] = {
    "limiter_off": [patch.object(Limiter, "free_at", at_once)],
    "attempt_after_dial": [
        patch.object(attempts, "claim", _claim_in_mind),
        patch.object(pending, "in_call", _leave_pending),
        patch.object(attempts, "fence", _fence_in_mind),
        patch.object(placing, "_record", _record_at_last),
    ],
}

if __name__ == "__main__":
    with ExitStack() as planted:
        for fault in FAULTS[sys.argv[1]]:
            planted.enter_context(fault)
        asyncio.run(work(WorkerSettings()))
