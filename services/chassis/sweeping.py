"""Erases what has outlived its purpose, tenant by tenant, in the background of a service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.chassis import background, requests, tenants
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.errors import Refusal

EVERY = 3600.0


async def sweep(database: Database) -> int:
    """One round over every tenant, a transaction each; how many rows are gone."""
    async with database.across_tenants() as tx:
        known = await tenants.everyone(tx)
    gone = 0
    for tenant_id in known:
        async with database.transaction(Caller.service(tenant_id)) as tx:
            gone += await requests.forget_expired(tx)
    return gone


@asynccontextmanager
async def running(database: Database) -> AsyncIterator[None]:
    """Sweeps once an hour until the block ends; a round that fails is made up for by the next."""

    async def rounds() -> None:
        while True:
            with suppress(Refusal):
                structlog.get_logger().info("swept", count=await sweep(database))
            await asyncio.sleep(EVERY)

    async with background.running(rounds(), "sweep"):
        yield
