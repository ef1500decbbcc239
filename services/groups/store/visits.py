"""Appointments of the past."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.appointments import Visit
from services.groups.store.tables import contacts, visits

_NUMBER = (
    select(contacts.c.contact_no)
    .where(contacts.c.id == bindparam("contact_id", type_=Uuid))
    .scalar_subquery()
)
_VISIT = insert(visits).values(
    contact_no=_NUMBER,
    at=bindparam("moment"),
    type=bindparam("kind"),
    status=bindparam("stood"),
)
_KEEP = db.compiled(
    _VISIT.on_conflict_do_update(
        index_elements=["tenant_id", "contact_no", "at"],
        set_={"type": _VISIT.excluded.type, "status": _VISIT.excluded.status},
    )
)


async def keep(tx: Transaction, contact_id: UUID, visit: Visit) -> None:
    """Keeps a visit as it ended."""
    await tx.execute(
        _KEEP, contact_id=contact_id, moment=visit.at, kind=visit.type, stood=visit.status
    )
