"""Tenants: their ids, which everybody may know, and their profiles, which only they may."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.tenants import BusinessType, Profile, Tenant
from services.groups.store.tables import tenant_profiles, tenants

_PROFILE = tenant_profiles.c
_FIELDS = tuple(each for each in _PROFILE if each.name != "tenant_id")
_FIND = db.compiled(select(*_FIELDS))
_LOCK = db.compiled(select(*_FIELDS).with_for_update())
_MEET = db.compiled(insert(tenants).values(tenant_id=bindparam("id")).on_conflict_do_nothing())
_CREATE = insert(tenant_profiles).on_conflict_do_nothing().returning(_PROFILE.version)


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    business_type: str
    timezone: str
    default_country: str
    medical: bool
    currency: str
    average_appointment_value: int | None
    retention_days: int
    undo_window_minutes: int
    version: int
    created_at: datetime
    updated_at: datetime

    def tenant(self, tenant_id: UUID) -> Tenant:
        profile = Profile(
            name=self.name,
            business_type=BusinessType(self.business_type),
            timezone=self.timezone,
            default_country=self.default_country,
            medical=self.medical,
            currency=self.currency,
            average_appointment_value=self.average_appointment_value,
            retention_days=self.retention_days,
            undo_window_minutes=self.undo_window_minutes,
        )
        return Tenant(tenant_id, profile, self.created_at, self.updated_at, self.version)


async def profile(tx: Transaction) -> Tenant:
    """The caller's tenant; one without a profile has the defaults."""
    row = await tx.fetch_one(_Row, _FIND)
    return row.tenant(_id(tx)) if row else Tenant(_id(tx), Profile())


async def lock(tx: Transaction) -> Tenant:
    """The caller's tenant, unchanged by others until the end."""
    row = await tx.fetch_one(_Row, _LOCK)
    return row.tenant(_id(tx)) if row else Tenant(_id(tx), Profile())


async def meet(tx: Transaction) -> None:
    """Notes that the caller's tenant exists."""
    await tx.execute(_MEET, id=_id(tx))


async def create(tx: Transaction, made: Profile) -> bool:
    """Stores a first profile; whether there was none."""
    await meet(tx)
    values = {**asdict(made), "version": 1, "created_at": tx.now, "updated_at": tx.now}
    return await tx.fetch_value(_CREATE.values(**values)) is not None


async def save(tx: Transaction, tenant: Tenant, changed: Profile) -> Tenant:
    """Stores a changed profile of a locked tenant; makes it if there was none."""
    if not tenant.version and await create(tx, changed):
        return Tenant(tenant.id, changed, tx.now, tx.now, 1)
    version = tenant.version + 1
    values = {**asdict(changed), "version": version, "updated_at": tx.now}
    await tx.execute(update(tenant_profiles).values(**values))
    return Tenant(tenant.id, changed, tenant.created_at, tx.now, version)


def _id(tx: Transaction) -> UUID:
    assert tx.caller.tenant_id is not None
    return tx.caller.tenant_id
