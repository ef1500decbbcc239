"""The rule of who sees a group, as a clause; `domain/visibility.py` says it in Python."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Uuid, and_, bindparam, or_, select

from services.chassis.caller import Caller
from services.groups.domain import visibility
from services.groups.domain.visibility import Visibility
from services.groups.store.tables import group_grants, groups

_GRANTED = (
    select(group_grants.c.person_id)
    .where(
        group_grants.c.group_no == groups.c.group_no,
        group_grants.c.person_id == bindparam("viewer", type_=Uuid),
    )
    .correlate(groups)
    .exists()
)

#: Holds for groups that are not deleted and that the viewer of `eyes` may see.
SEEN: ColumnElement[bool] = and_(
    groups.c.deleted_at.is_(None),
    or_(
        bindparam("sees_all", type_=Boolean),
        groups.c.visibility == Visibility.ALL_STAFF.value,
        and_(groups.c.visibility == Visibility.CUSTOM.value, _GRANTED),
    ),
)


def eyes(caller: Caller) -> dict[str, Any]:
    """The values that `SEEN` needs."""
    return {"sees_all": visibility.sees_all(caller), "viewer": caller.person_id}
