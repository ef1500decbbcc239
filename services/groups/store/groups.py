"""Groups as rows: found, locked, written."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Double,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db, texts
from services.chassis.db import Transaction
from services.groups.domain.groups import Activity, Calls, Fields, Group, Ref
from services.groups.domain.visibility import Visibility
from services.groups.store.tables import group_grants, groups
from services.groups.store.visible import SEEN, eyes

_GRANTED = (
    select(func.coalesce(func.array_agg(group_grants.c.person_id), literal([], ARRAY(Uuid))))
    .where(group_grants.c.group_no == groups.c.group_no)
    .correlate(groups)
    .scalar_subquery()
)
COLUMNS = (
    *(each for each in groups.c if each.name not in {"group_no", "name_key"}),
    _GRANTED.label("permitted_users"),
)
ANSWER_RATE = (cast(groups.c.answered_calls, Double) / func.nullif(groups.c.total_calls, 0)).label(
    "answer_rate"
)
_ONE = select(*COLUMNS).where(
    groups.c.id == bindparam("group_id", type_=Uuid), groups.c.deleted_at.is_(None)
)
_FIND = db.compiled(_ONE)
_LOCK = db.compiled(_ONE.with_for_update(of=groups))
_LOCK_ALL = db.compiled(
    select(*COLUMNS)
    .where(
        groups.c.id == func.any(bindparam("group_ids", type_=ARRAY(Uuid))),
        groups.c.deleted_at.is_(None),
    )
    .order_by(groups.c.group_no)
    .with_for_update(of=groups)
)
_LOCK_NAME = db.compiled(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(
                func.concat(
                    func.current_setting("app.tenant_id"), "/", bindparam("name_key", type_=Text)
                ),
                0,
            )
        )
    )
)
_NAMESAKE = db.compiled(
    select(groups.c.id).where(
        groups.c.name_key == bindparam("name_key", type_=Text), groups.c.deleted_at.is_(None)
    )
)
_CREATE = db.compiled(
    insert(groups).values(
        id=bindparam("group_id"),
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        sort_key=bindparam("sort_key"),
        description=bindparam("description"),
        color=bindparam("color"),
        icon=bindparam("icon"),
        visibility=bindparam("visibility"),
        archived=bindparam("archived"),
        contact_count=0,
        version=1,
        created_by=bindparam("person_id"),
        created_at=bindparam("at"),
        updated_at=bindparam("at"),
    )
)
_BY_ID = groups.c.id == bindparam("group_id", type_=Uuid)
_NUMBER = select(groups.c.group_no).where(_BY_ID).scalar_subquery()
_WRITE = db.compiled(
    update(groups)
    .where(_BY_ID)
    .values(
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        sort_key=bindparam("sort_key"),
        description=bindparam("description"),
        color=bindparam("color"),
        icon=bindparam("icon"),
        visibility=bindparam("visibility"),
        archived=bindparam("archived"),
        version=groups.c.version + 1,
        updated_at=bindparam("at"),
    )
)
_TAKE_GRANTS = db.compiled(delete(group_grants).where(group_grants.c.group_no == _NUMBER))
_GRANT = db.compiled(
    insert(group_grants).from_select(
        ["group_no", "person_id"],
        select(groups.c.group_no, func.unnest(cast(bindparam("people"), ARRAY(Uuid)))).where(
            _BY_ID
        ),
    )
)
_COUNT = db.compiled(
    update(groups)
    .where(_BY_ID)
    .values(
        contact_count=groups.c.contact_count + bindparam("delta", type_=Integer),
        updated_at=bindparam("at", type_=DateTime(timezone=True)),
        activity_at=bindparam("at", type_=DateTime(timezone=True)),
        activity_what=bindparam("what", type_=Text),
        activity_count=func.abs(bindparam("delta", type_=Integer)),
    )
    .returning(groups.c.contact_count)
)
_NOTE = db.compiled(
    update(groups)
    .where(_BY_ID)
    .values(activity_at=bindparam("at"), activity_what=bindparam("what"), activity_count=0)
)
_DELETE = db.compiled(
    update(groups)
    .where(_BY_ID)
    .values(
        deleted_at=bindparam("at"),
        updated_at=bindparam("at"),
        version=groups.c.version + 1,
    )
)
_REFS = db.compiled(
    select(groups.c.id, groups.c.name, groups.c.color, groups.c.icon, groups.c.description)
    .where(groups.c.id == func.any(bindparam("group_ids", type_=ARRAY(Uuid))), SEEN)
    .order_by(groups.c.sort_key, groups.c.group_no)
)


@dataclass(frozen=True, slots=True)
class Row:
    """A group as it is stored."""

    tenant_id: UUID
    id: UUID
    name: str
    sort_key: str
    description: str | None
    color: str
    icon: str | None
    visibility: str
    archived: bool
    contact_count: int
    version: int
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    activity_at: datetime | None
    activity_what: str | None
    activity_count: int | None
    total_calls: int | None
    answered_calls: int | None
    confirmed_calls: int | None
    permitted_users: list[UUID]

    def group(self) -> Group:
        """The group that the row stands for."""
        return Group(
            id=self.id,
            tenant_id=self.tenant_id,
            fields=Fields(
                self.name,
                self.description,
                self.color,
                self.icon,
                Visibility(self.visibility),
                frozenset(self.permitted_users),
                self.archived,
            ),
            contact_count=self.contact_count,
            created_by=self.created_by,
            created_at=self.created_at,
            updated_at=self.updated_at,
            version=self.version,
            activity=self._activity(),
            calls=self._calls(),
            deleted_at=self.deleted_at,
        )

    @property
    def answer_rate(self) -> float | None:
        """What `ANSWER_RATE` gives for the row."""
        return (self.answered_calls or 0) / self.total_calls if self.total_calls else None

    def _activity(self) -> Activity | None:
        if self.activity_at is None or self.activity_what is None:
            return None
        return Activity(self.activity_at, self.activity_what, self.activity_count or 0)

    def _calls(self) -> Calls | None:
        if not self.total_calls:
            return None
        return Calls(self.total_calls, self.answered_calls or 0, self.confirmed_calls or 0)


async def find(tx: Transaction, group_id: UUID) -> Group | None:
    """The group unless it is deleted, whoever asks."""
    row = await tx.fetch_one(Row, _FIND, group_id=group_id)
    return row.group() if row else None


async def lock(tx: Transaction, group_id: UUID) -> Group | None:
    """Like `find`, and nobody else changes the group or its members until the end.

    Whoever locks contacts too locks them first, then groups, each in the order
    of their numbers.
    """
    row = await tx.fetch_one(Row, _LOCK, group_id=group_id)
    return row.group() if row else None


async def lock_all(tx: Transaction, group_ids: Collection[UUID]) -> list[Group]:
    """Those of the groups that are not deleted, locked in the order that everybody keeps."""
    rows = await tx.fetch_all(Row, _LOCK_ALL, group_ids=list(group_ids))
    return [row.group() for row in rows]


async def is_free(tx: Transaction, name: str, group_id: UUID) -> bool:
    """Whether no other group has the name; it stays so until the end of the transaction."""
    key = texts.key(name)
    await tx.execute(_LOCK_NAME, name_key=key)
    return await tx.fetch_value(_NAMESAKE, name_key=key) in {None, group_id}


async def create(tx: Transaction, group_id: UUID, fields: Fields, at: datetime) -> None:
    """Writes a group of a name that is free, without members."""
    await tx.execute(
        _CREATE, **_written(fields), group_id=group_id, person_id=tx.caller.person_id, at=at
    )
    await _grant(tx, group_id, fields)


async def write(tx: Transaction, group_id: UUID, fields: Fields, at: datetime) -> None:
    """Replaces the fields and raises the version."""
    await tx.execute(_WRITE, **_written(fields), group_id=group_id, at=at)
    await tx.execute(_TAKE_GRANTS, group_id=group_id)
    await _grant(tx, group_id, fields)


async def count(tx: Transaction, group_id: UUID, delta: int, what: str, at: datetime) -> int:
    """Moves the number of members along with a change of membership; the new number."""
    return int(await tx.fetch_value(_COUNT, group_id=group_id, delta=delta, what=what, at=at))


async def note(tx: Transaction, group_id: UUID, what: str, at: datetime) -> None:
    """Remembers the latest thing that happened in the group."""
    await tx.execute(_NOTE, group_id=group_id, what=what, at=at)


async def remove(tx: Transaction, group_id: UUID, at: datetime) -> None:
    """Marks a group without members as deleted."""
    await tx.execute(_DELETE, group_id=group_id, at=at)


async def refs(tx: Transaction, group_ids: tuple[UUID, ...]) -> list[Ref]:
    """Those of the groups that exist and that the caller may see, by name."""
    return await tx.fetch_all(Ref, _REFS, group_ids=list(group_ids), **eyes(tx.caller))


async def _grant(tx: Transaction, group_id: UUID, fields: Fields) -> None:
    if fields.permitted_users:
        await tx.execute(_GRANT, group_id=group_id, people=list(fields.permitted_users))


def _written(fields: Fields) -> dict[str, object]:
    return {
        "name": fields.name,
        "name_key": texts.key(fields.name),
        "sort_key": texts.sort_key(fields.name),
        "description": fields.description,
        "color": fields.color,
        "icon": fields.icon,
        "visibility": fields.visibility.value,
        "archived": fields.archived,
    }
