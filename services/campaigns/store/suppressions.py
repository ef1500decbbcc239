"""Numbers that must not be called."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, Text, bindparam, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.domain.suppressions import Suppression
from services.campaigns.store.tables import suppressions
from services.chassis import db
from services.chassis.db import Transaction

_S = suppressions.c
_COLUMNS = (_S.phone, _S.source, _S.reason, _S.created_at)
_FIND = db.compiled(select(*_COLUMNS).where(_S.phone == bindparam("number")))
_AMONG = db.compiled(
    select(_S.phone).where(_S.phone == func.any(bindparam("numbers", type_=ARRAY(Text))))
)
_REMOVE = db.compiled(delete(suppressions).where(_S.phone == bindparam("number")))
_COUNT = db.compiled(select(func.count()).select_from(suppressions))


async def among(tx: Transaction, phones: Collection[str]) -> frozenset[str]:
    """Those of the numbers that must not be called."""
    return frozenset(await tx.fetch_values(_AMONG, numbers=list(phones)))


async def add(tx: Transaction, phone: str, reason: str) -> bool:
    """Puts a number on the list; false if it stood there."""
    statement = insert(suppressions).values(
        phone=phone,
        source="person",
        reason=reason,
        added_by=tx.caller.person_id,
        created_at=tx.now,
    )
    return await tx.execute(statement.on_conflict_do_nothing()) == 1


async def find(tx: Transaction, phone: str) -> Suppression | None:
    return await tx.fetch_one(Suppression, _FIND, number=phone)


async def remove(tx: Transaction, phone: str) -> bool:
    """Takes a number off the list; false if it did not stand there."""
    return await tx.execute(_REMOVE, number=phone) == 1


async def page(
    tx: Transaction, size: int, after: tuple[datetime, str] | None, offset: int
) -> list[Suppression]:
    """The numbers, the newest first."""
    statement = (
        select(*_COLUMNS).order_by(_S.created_at.desc(), _S.phone.desc()).limit(size).offset(offset)
    )
    if after is not None:
        statement = statement.where(tuple_(_S.created_at, _S.phone) < tuple_(*after))
    return await tx.fetch_all(Suppression, statement)


async def count(tx: Transaction) -> int:
    """How many numbers there are."""
    return int(await tx.fetch_value(_COUNT))


async def opted_out(tx: Transaction, phone: str) -> bool:
    """Somebody said so in a call; false if the number was suppressed before."""
    statement = (
        insert(suppressions)
        .values(
            phone=phone,
            source="call",
            reason="asked not to be called",
            added_by=tx.caller.person_id,
            created_at=tx.now,
        )
        .on_conflict_do_nothing()
    )
    return await tx.execute(statement) == 1
