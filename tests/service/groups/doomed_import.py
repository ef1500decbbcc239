"""An import in a process of its own that dies after the second portion.

`python -m tests.service.groups.doomed_import <database> <tenant> <person> <import> <file>`
"""

import asyncio
import sys
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from services.chassis import failpoints
from services.chassis.caller import Caller, Role
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.groups.feed.encoding import encode
from services.groups.usecases import imports
from services.groups.usecases.imports import Options


async def run(file: BinaryIO, url: str, tenant: str, person: str, import_id: str) -> None:
    caller = Caller(UUID(tenant), UUID(person), Role.CLIENT_ADMIN)
    failpoints.arm("mid_bulk_chunk:kill@2")
    async with Database.open(url, encode, Clock.real_time()) as db:
        await imports.import_contacts(db, caller, UUID(import_id), Options(), file)


if __name__ == "__main__":
    with Path(sys.argv[5]).open("rb") as opened:
        asyncio.run(run(opened, *sys.argv[1:5]))
