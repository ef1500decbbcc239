"""The people of a campaign who are still to be called, and what becomes of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)

from services.campaigns.domain.calls import Result
from services.campaigns.store.tables import attempts, recipients
from services.campaigns.store.words import one_of
from services.chassis import db
from services.chassis.db import Transaction

_MOMENT = DateTime(timezone=True)
_R = recipients.c
_OF = _R.campaign_id == bindparam("campaign")
_ONE = (_OF, _R.contact_id == bindparam("person"))
_THESE = _R.contact_id == func.any(cast(bindparam("people"), ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is still to be called, with what tells where they are."""

    contact_id: UUID
    phone: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many wait, are in a call; when the first who waits may be called, and why then."""

    pending: int
    in_call: int
    total: int
    next_at: datetime | None
    reason: str | None


_CANDIDATES = db.compiled(
    select(
        _R.contact_id,
        func.coalesce(_R.phone, "").label("phone"),
        func.coalesce(_R.timezone, "").label("timezone"),
    )
    .where(
        _OF,
        _R.state == "pending",
        or_(_R.not_before.is_(None), _R.not_before <= bindparam("moment", type_=_MOMENT)),
    )
    .order_by(_R.not_before.nulls_first(), _R.position)
    .limit(bindparam("size", type_=Integer))
    .with_for_update(skip_locked=True)
)
_UNTIL = (
    func.unnest(cast(bindparam("people"), ARRAY(Uuid)), cast(bindparam("moments"), ARRAY(_MOMENT)))
    .table_valued("contact_id", "until")
    .render_derived(name="later")
)
_POSTPONE = db.compiled(
    update(recipients)
    .where(_OF, _R.contact_id == _UNTIL.c.contact_id, one_of(_R.state, "pending", "in_call"))
    .values(state="pending", not_before=_UNTIL.c.until, reason=bindparam("why"))
)
_IN_CALL = db.compiled(
    update(recipients).where(_OF, _THESE).values(state="in_call", reason=None, not_before=None)
)
_PENDING_AGAIN = db.compiled(
    update(recipients)
    .where(_OF, _THESE, _R.state == "in_call")
    .values(state="pending", reason=None, not_before=None)
)
_SKIP = db.compiled(
    update(recipients)
    .where(*_ONE, one_of(_R.state, "pending", "in_call"))
    .values(
        state="skipped",
        reason=bindparam("why"),
        at=bindparam("moment", type_=_MOMENT),
        version=_R.version + 1,
    )
)
_LATER_ATTEMPT = exists().where(
    attempts.c.campaign_id == bindparam("campaign"),
    attempts.c.contact_id == bindparam("person"),
    attempts.c.n > bindparam("nth", type_=Integer),
)
_DONE = db.compiled(
    update(recipients)
    .where(*_ONE, ~_LATER_ATTEMPT)
    .values(
        state="done",
        outcome=bindparam("word"),
        reason=bindparam("why"),
        connected=bindparam("picked_up"),
        appointment_action=bindparam("action"),
        duration_seconds=bindparam("seconds"),
        at=bindparam("moment", type_=_MOMENT),
        version=_R.version + 1,
    )
)
_ATTENTION = db.compiled(
    update(recipients)
    .where(*_ONE, _R.state == "in_call", ~_LATER_ATTEMPT)
    .values(
        state="needs_attention",
        reason="untraceable",
        at=bindparam("moment", type_=_MOMENT),
        version=_R.version + 1,
    )
)
_AFTER_ALL = db.compiled(
    update(recipients)
    .where(*_ONE, _R.state == "pending", ~_LATER_ATTEMPT)
    .values(state="in_call", reason=None, not_before=None)
)
_WAITS = _R.state == "pending"
_WHY_FIRST = select(_R.reason).where(_OF, _WAITS).order_by(_R.not_before).limit(1).scalar_subquery()
_OUTLOOK = db.compiled(
    select(
        func.count().filter(_WAITS).label("pending"),
        func.count().filter(_R.state == "in_call").label("in_call"),
        func.count().label("total"),
        func.min(_R.not_before).filter(_WAITS).label("next_at"),
        _WHY_FIRST.label("reason"),
    ).where(_OF)
)


async def candidates(
    tx: Transaction, campaign_id: UUID, now: datetime, size: int
) -> list[Candidate]:
    """The next people in order, locked; who is in another worker's hand is left out."""
    return await tx.fetch_all(Candidate, _CANDIDATES, campaign=campaign_id, moment=now, size=size)


async def postpone(
    tx: Transaction, campaign_id: UUID, until: Mapping[UUID, datetime], reason: str
) -> None:
    """They wait again, each until a moment, for a reason that operators and people read."""
    if until:
        people, moments = list(until), list(until.values())
        await tx.execute(
            _POSTPONE, campaign=campaign_id, people=people, moments=moments, why=reason
        )


async def in_call(tx: Transaction, campaign_id: UUID, people: Collection[UUID]) -> None:
    await tx.execute(_IN_CALL, campaign=campaign_id, people=list(people))


async def in_call_after_all(tx: Transaction, campaign_id: UUID, contact_id: UUID, n: int) -> None:
    """A request that was thought refused did place their call: nobody rings them again."""
    await tx.execute(_AFTER_ALL, campaign=campaign_id, person=contact_id, nth=n)


async def pending_again(tx: Transaction, campaign_id: UUID, people: Collection[UUID]) -> None:
    """Nobody rang them after all."""
    if people:
        await tx.execute(_PENDING_AGAIN, campaign=campaign_id, people=list(people))


async def skip(tx: Transaction, campaign_id: UUID, contact_id: UUID, reason: str) -> None:
    """They are not called in this campaign, for good."""
    await tx.execute(_SKIP, campaign=campaign_id, person=contact_id, why=reason, moment=tx.now)


async def done(tx: Transaction, campaign_id: UUID, contact_id: UUID, n: int, told: Result) -> None:
    """Their latest attempt tells how it went; an older one no longer counts."""
    await tx.execute(
        _DONE,
        campaign=campaign_id,
        person=contact_id,
        nth=n,
        word=told.outcome,
        why=told.reason,
        picked_up=told.connected,
        action=told.action,
        seconds=told.seconds,
        moment=tx.now,
    )


async def needs_attention(tx: Transaction, campaign_id: UUID, contact_id: UUID, n: int) -> None:
    """Nobody knows whether they were rung: a person decides."""
    await tx.execute(_ATTENTION, campaign=campaign_id, person=contact_id, nth=n, moment=tx.now)


async def outlook(tx: Transaction, campaign_id: UUID) -> Outlook:
    found = await tx.fetch_one(Outlook, _OUTLOOK, campaign=campaign_id)
    return found or Outlook(0, 0, 0, None, None)
