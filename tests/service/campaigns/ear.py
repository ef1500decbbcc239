"""What campaigns has heard of the groups context."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.campaigns.store import tables
from services.chassis.caller import Caller
from services.chassis.db import Database

_TRIES, _PAUSE = 500, 0.02


@dataclass(frozen=True)
class Ear:
    """Waits until the feed has told something of one tenant."""

    db: Database
    caller: Caller

    async def heard(self, group_id: str, visibility: str = "all_staff", **more: Any) -> None:
        """Who may see a group."""
        table, wanted = tables.group_views.c, {"visibility": visibility, "deleted": False} | more
        named = [table[name] for name in wanted]
        await self._until(select(*named).where(table.group_id == UUID(group_id)), wanted)

    async def heard_of_profile(self, timezone: str, *, medical: bool) -> None:
        """Where the tenant is, and whether it is a medical one."""
        table = tables.tenant_profiles.c
        wanted = {"timezone": timezone, "medical": medical}
        await self._until(select(table.timezone, table.medical), wanted)

    async def _until(self, statement: Any, wanted: dict[str, Any]) -> None:
        found = None
        for _ in range(_TRIES):
            async with self.db.transaction(self.caller) as tx:
                found = await tx.fetch_one(dict, statement)
            if found == wanted:
                return
            await asyncio.sleep(_PAUSE)
        raise AssertionError(f"heard {found}, not {wanted}")
