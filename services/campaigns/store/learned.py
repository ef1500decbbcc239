"""What campaigns knows of the groups context: tenants, their profile, who sees which group."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.domain.permissions import GroupView
from services.campaigns.store.tables import group_views, tenant_profiles, tenants
from services.chassis import db
from services.chassis.db import Transaction

_VIEW = db.compiled(
    select(
        group_views.c.group_id,
        group_views.c.visibility,
        group_views.c.permitted_users,
        group_views.c.deleted,
    ).where(group_views.c.group_id == bindparam("group_id", type_=Uuid))
)
_MEET = db.compiled(insert(tenants).values(tenant_id=bindparam("id")).on_conflict_do_nothing())
_MEDICAL = db.compiled(select(tenant_profiles.c.medical))


async def meet(tx: Transaction) -> None:
    """Remembers the caller's tenant, whom the feed's listing must not leave out."""
    await tx.execute(_MEET, id=tx.caller.tenant_id)


async def keep_profile(tx: Transaction, timezone: str, *, medical: bool) -> None:
    """Stores what matters of the tenant's profile."""
    await meet(tx)
    values = {"timezone": timezone, "medical": medical}
    statement = insert(tenant_profiles).values(**values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id"], set_=values))


async def is_medical(tx: Transaction) -> bool:
    """Whether the rules for health data apply to the tenant."""
    return bool(await tx.fetch_value(_MEDICAL))


async def group_view(tx: Transaction, group_id: UUID) -> GroupView | None:
    """What is known of who may see a group."""
    return await tx.fetch_one(GroupView, _VIEW, group_id=group_id)


async def keep_group_view(tx: Transaction, view: GroupView) -> None:
    """Stores who may see a group, as the feed tells it."""
    values = _values(view)
    statement = insert(group_views).values(group_id=view.group_id, **values)
    keys = ["tenant_id", "group_id"]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))


async def introduce_group(tx: Transaction, view: GroupView) -> None:
    """Stores who may see a group of which the feed has told nothing yet.

    What the feed told stays: it may be newer than the answer that this comes from.
    """
    statement = insert(group_views).values(group_id=view.group_id, **_values(view))
    await tx.execute(statement.on_conflict_do_nothing())


def _values(view: GroupView) -> dict[str, Any]:
    return {
        "visibility": view.visibility,
        "permitted_users": list(view.permitted_users),
        "deleted": view.deleted,
    }
