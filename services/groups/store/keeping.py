"""Selections kept for later: what was chosen, how many it was, and until when it holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Uuid, bindparam, delete, func, insert, literal_column, select

from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.ids import new_id
from services.groups.domain.selections import LIFETIME_MINUTES, Selection
from services.groups.store.tables import selections

_LIFETIME: ColumnElement[Any] = literal_column(f"interval '{LIFETIME_MINUTES} minutes'")
_FORGET = db.compiled(delete(selections).where(selections.c.expires_at < func.now()))
_KEEP = db.compiled(
    insert(selections).values(
        id=bindparam("selection_id"),
        person_id=bindparam("person"),
        content=bindparam("text"),
        count=bindparam("found"),
        expires_at=func.now() + _LIFETIME,
    )
)
_FIND = db.compiled(
    select(selections.c.content, selections.c.count).where(
        selections.c.id == bindparam("selection_id", type_=Uuid),
        selections.c.person_id == bindparam("person", type_=Uuid),
        selections.c.expires_at >= func.now(),
    )
)
_ADAPTER = TypeAdapter(Selection)


@dataclass(frozen=True, slots=True)
class Kept:
    """A selection as it was when it was kept."""

    selection: Selection
    count: int


@dataclass(frozen=True, slots=True)
class _Row:
    content: str
    count: int


async def keep(tx: Transaction, selection: Selection, count: int) -> tuple[UUID, datetime]:
    """The key under which the caller finds the selection again, and until when in virtual time."""
    await tx.execute(_FORGET)
    key = new_id()
    text = _ADAPTER.dump_json(selection).decode()
    await tx.execute(_KEEP, selection_id=key, person=tx.caller.person_id, text=text, found=count)
    return key, tx.now + timedelta(minutes=LIFETIME_MINUTES) * tx.clock.scale


async def find(tx: Transaction, key: UUID) -> Kept | None:
    """The caller's selection, unless it has expired."""
    row = await tx.fetch_one(_Row, _FIND, selection_id=key, person=tx.caller.person_id)
    return Kept(_ADAPTER.validate_json(row.content), row.count) if row else None
