"""A tenant's window: one row that permits queue at, and a token for each call in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, cast, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.domain.pacing import FOREVER, Limiter, Limits
from services.campaigns.store.tables import window_tokens, windows
from services.chassis import db
from services.chassis.db import Transaction

_MOMENT = DateTime(timezone=True)
NEVER = cast(literal("infinity"), _MOMENT)
_THESE = func.any(cast(bindparam("ids"), ARRAY(Uuid)))

_OPEN = db.compiled(insert(windows).values(latest_batch_at=None).on_conflict_do_nothing())
_LOCK = db.compiled(select(windows.c.latest_batch_at).with_for_update())
_READ = db.compiled(select(windows.c.latest_batch_at))
_LEFT = db.compiled(
    delete(window_tokens).where(window_tokens.c.leaves_at <= bindparam("moment", type_=_MOMENT))
)
_HELD = db.compiled(
    select(func.nullif(window_tokens.c.leaves_at, NEVER).label("leaves_at")).where(
        window_tokens.c.leaves_at > bindparam("moment", type_=_MOMENT)
    )
)
_TAKE = db.compiled(
    insert(window_tokens)
    .from_select(
        ["attempt_id", "leaves_at"],
        select(func.unnest(cast(bindparam("ids"), ARRAY(Uuid))), NEVER),
    )
    .on_conflict_do_update(index_elements=["tenant_id", "attempt_id"], set_={"leaves_at": NEVER})
)
_BATCH = db.compiled(update(windows).values(latest_batch_at=bindparam("moment", type_=_MOMENT)))
_GIVE_BACK = db.compiled(delete(window_tokens).where(window_tokens.c.attempt_id == _THESE))
_ANSWER = insert(window_tokens).values(
    attempt_id=bindparam("id"), leaves_at=bindparam("moment", type_=_MOMENT)
)
_ANSWERED = db.compiled(
    _ANSWER.on_conflict_do_update(
        index_elements=["tenant_id", "attempt_id"],
        set_={"leaves_at": _ANSWER.excluded.leaves_at},
        where=window_tokens.c.leaves_at == NEVER,
    )
)


@dataclass(frozen=True, slots=True)
class _Held:
    leaves_at: datetime | None


async def lock(tx: Transaction, limits: Limits) -> tuple[Limiter, datetime]:
    """The tenant's window and the moment, once nobody else of the tenant decides on it."""
    await tx.execute(_OPEN)
    latest = await tx.fetch_value(_LOCK)
    now = await tx.moment()
    await tx.execute(_LEFT, moment=now)
    return await _limiter(tx, limits, latest, now), now


async def read(tx: Transaction, limits: Limits, now: datetime) -> Limiter:
    """The tenant's window as it is, for estimates and for people."""
    return await _limiter(tx, limits, await tx.fetch_value(_READ), now)


async def take(tx: Transaction, attempt_ids: Collection[UUID], now: datetime) -> None:
    """A token per call, held until its answer; the gap to the next batch begins."""
    await tx.execute(_TAKE, ids=list(attempt_ids))
    await tx.execute(_BATCH, moment=now)


async def give_back(tx: Transaction, attempt_ids: Collection[UUID]) -> None:
    """Nothing was placed for these: their tokens are free at once."""
    if attempt_ids:
        await tx.execute(_GIVE_BACK, ids=list(attempt_ids))


async def answered(tx: Transaction, attempt_id: UUID, limits: Limits) -> None:
    """The provider answered, or never will: the token leaves a window later."""
    await tx.execute(_ANSWERED, id=attempt_id, moment=await tx.moment() + limits.window)


async def _limiter(
    tx: Transaction, limits: Limits, latest: datetime | None, now: datetime
) -> Limiter:
    held = await tx.fetch_all(_Held, _HELD, moment=now)
    leaving = sorted(each.leaves_at or FOREVER for each in held)
    return Limiter(limits, tuple(leaving), latest)
