"""The campaigns' worker with one safety taken out, to see that its absence is noticed.

`python -m tests.support.faulty_worker limiter_off | attempt_after_dial`
"""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from services.campaigns.domain.pacing import Limiter
from services.campaigns.telephony.answers import Answer, Order
from services.campaigns.telephony.retell import Telephone
from services.campaigns.worker import WorkerSettings, work
from services.chassis.ids import new_id

_call = Telephone.call


def at_once(self: Limiter, now: datetime, size: int, *, urgent: bool = False) -> datetime:
    """Grants whatever is asked."""
    return now


async def _with_a_new_key(self: Telephone, order: Order) -> Answer:
    """Dials as if no attempt had been written before: every request is a stranger."""
    return await _call(self, replace(order, attempt_id=new_id()))


FAULTS: dict[str, Any] = {
    "limiter_off": patch.object(Limiter, "free_at", at_once),
    "attempt_after_dial": patch.object(Telephone, "call", _with_a_new_key),
}

if __name__ == "__main__":
    with FAULTS[sys.argv[1]]:
        asyncio.run(work(WorkerSettings()))
