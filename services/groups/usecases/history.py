"""The events that make up everything the context tells others."""

from collections.abc import AsyncIterator

from services.chassis.db import Transaction
from services.groups.domain.events import TenantChanged
from services.groups.store import contacts_past, tenants
from services.groups.usecases import groups_history


async def list_history(tx: Transaction) -> AsyncIterator[object]:
    """The profile, then contacts, then groups and who joined or left them."""
    tenant = await tenants.profile(tx)
    if tenant.version:
        yield TenantChanged(tenant)
    async for contact in contacts_past.everything(tx):
        yield contact
    async for event in groups_history.list_history(tx):
        yield event
