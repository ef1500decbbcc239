"""Tenants: made by super administrators, changed by their own administrators."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.chassis import outbox, requests
from services.chassis.caller import Caller, Role
from services.chassis.db import Database, Transaction
from services.chassis.errors import etag_mismatch
from services.chassis.requests import Request
from services.groups.domain import audit as audits
from services.groups.domain import errors, permissions, tenants
from services.groups.domain.audit import Entry
from services.groups.domain.events import TenantChanged
from services.groups.domain.permissions import Action
from services.groups.domain.tenants import Profile, Tenant
from services.groups.store import audit
from services.groups.store import tenants as store


@dataclass(frozen=True, slots=True)
class UpdateTenant:
    """New values of a profile's fields, and the version they were decided on."""

    values: Mapping[str, Any]
    etag: str = ""


async def create_tenant(
    db: Database, caller: Caller, request: Request, tenant_id: UUID, values: Mapping[str, Any]
) -> Tenant:
    """Makes a tenant; the entry about it stands in the new tenant's audit."""
    if caller.role is not Role.SUPER_ADMIN:
        raise errors.forbidden(Action.CREATE)
    made = tenants.changed(Profile(), values)
    async with db.transaction(replace(caller, tenant_id=tenant_id)) as tx:
        if before := await requests.answered(tx, request, Tenant):
            return before
        if not await store.create(tx, made):
            raise errors.tenant_exists()
        tenant = await store.profile(tx)
        await _announce(tx, tenant, audits.Action.TENANT_CREATED, {}, _audited(made))
        return await requests.keep(tx, request, tenant)


async def get_tenant(db: Database, caller: Caller) -> Tenant:
    permissions.allow(caller, Action.VIEW)
    async with db.transaction(caller) as tx:
        return await store.profile(tx)


async def update_tenant(
    db: Database, caller: Caller, request: Request, order: UpdateTenant
) -> Tenant:
    """Changes the fields given, with audit row and event, or nothing."""
    permissions.allow(caller, Action.EDIT)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Tenant):
            return before
        tenant = await store.lock(tx)
        if order.etag and order.etag != tenant.etag:
            raise etag_mismatch(order.etag, tenant.etag)
        saved = await _changed(tx, tenant, order.values)
        return await requests.keep(tx, request, saved)


async def _changed(tx: Transaction, tenant: Tenant, values: Mapping[str, Any]) -> Tenant:
    changed = tenants.changed(tenant.profile, values)
    before, after = _audited(tenant.profile), _audited(changed)
    names = [name for name in after if after[name] != before[name]]
    if not names:
        return tenant
    saved = await store.save(tx, tenant, changed)
    told = {name: before[name] for name in names}, {name: after[name] for name in names}
    await _announce(tx, saved, audits.Action.TENANT_UPDATED, *told)
    return saved


async def _announce(
    tx: Transaction, tenant: Tenant, action: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    await audit.append(tx, Entry(action, before=before, after=after), tx.now)
    await outbox.append(tx, TenantChanged(tenant))


def _audited(profile: Profile) -> dict[str, Any]:
    return {name: audits.storable(getattr(profile, name)) for name in Profile.__slots__}
