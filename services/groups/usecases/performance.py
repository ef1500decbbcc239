"""What groups learns from analytics: how the calls to each group went."""

from collections.abc import Mapping
from uuid import UUID

from services.chassis.db import Transaction
from services.groups.domain.groups import Calls
from services.groups.store import performance as store


async def changed(tx: Transaction, calls: Mapping[UUID, Calls]) -> None:
    await store.keep(tx, calls)
