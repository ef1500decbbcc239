"""Attempts: claimed before the phone rings, fenced before the request, known better ever after."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.domain.calls import AttemptState, End, Known, Result
from services.campaigns.domain.outcomes import AppointmentAction, Sentiment
from services.campaigns.store.tables import attempts, window_tokens
from services.campaigns.store.windows import NEVER
from services.campaigns.store.words import one_of
from services.chassis import db
from services.chassis.db import Transaction
from services.chassis.ids import new_id

_MOMENT = DateTime(timezone=True)
_A = attempts.c


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt in a worker's hand; `first_sent_at` is real time."""

    id: UUID
    contact_id: UUID
    n: int
    first_sent_at: datetime | None

    @property
    def uncertain(self) -> bool:
        """Whether an earlier request may have placed the call."""
        return self.first_sent_at is not None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt with all that is known about it; `fenced_at` and `first_sent_at` are real."""

    id: UUID
    campaign_id: UUID
    contact_id: UUID
    n: int
    state: str
    token: str
    phone: str
    fenced_at: datetime | None
    first_sent_at: datetime | None
    version: int
    provider_call_id: str | None
    answered_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    duration_seconds: int | None
    in_voicemail: bool
    appointment_action: str | None
    sentiment: str | None
    analyzed: bool
    untraceable: bool

    @property
    def known(self) -> Known:
        end = None
        if self.ended_at is not None:
            end = End(self.end_reason or "", self.ended_at, self.duration_seconds or 0)
        return Known(
            call_id=self.provider_call_id,
            answered_at=self.answered_at,
            started_at=self.started_at,
            end=end,
            in_voicemail=self.in_voicemail,
            action=AppointmentAction(self.appointment_action) if self.appointment_action else None,
            sentiment=Sentiment(self.sentiment) if self.sentiment else None,
            analyzed=self.analyzed,
            untraceable=self.untraceable,
        )


_COLUMNS = [attempts.c[name] for name in Attempt.__dataclass_fields__]
_BY_ID = db.compiled(select(*_COLUMNS).where(_A.id == bindparam("this")))
_LOCKED = db.compiled(select(*_COLUMNS).where(_A.id == bindparam("this")).with_for_update())

_NEW = (
    func.unnest(cast(bindparam("ids"), ARRAY(Uuid)), cast(bindparam("people"), ARRAY(Uuid)))
    .table_valued("id", "contact_id")
    .render_derived(name="new")
)
_LAST = (
    select(_A.n, _A.state)
    .where(_A.campaign_id == bindparam("campaign"), _A.contact_id == _NEW.c.contact_id)
    .order_by(_A.n.desc())
    .limit(1)
    .lateral("last")
)
_N = func.coalesce(_LAST.c.n, 0) + case((_LAST.c.state == AttemptState.CLAIMED, 0), else_=1)
_INSERT = insert(attempts).from_select(
    ["id", "campaign_id", "contact_id", "n", "state", "token", "claimed_at"],
    select(
        _NEW.c.id,
        bindparam("campaign", type_=Uuid),
        _NEW.c.contact_id,
        _N,
        literal(AttemptState.CLAIMED.value),
        bindparam("mine", type_=Text),
        bindparam("moment", type_=_MOMENT),
    ).select_from(_NEW.outerjoin(_LAST, literal(True))),
)
_CLAIM = db.compiled(
    _INSERT.on_conflict_do_update(
        index_elements=["tenant_id", "campaign_id", "contact_id", "n"],
        set_={"token": _INSERT.excluded.token, "claimed_at": _INSERT.excluded.claimed_at},
    ).returning(_A.id, _A.contact_id, _A.n, _A.first_sent_at)
)
_IN_HAND = (_A.id == bindparam("this"), _A.token == bindparam("mine"))
_HOLDS_A_PLACE = exists().where(
    window_tokens.c.attempt_id == bindparam("this"), window_tokens.c.leaves_at == NEVER
)
_FENCE = db.compiled(
    update(attempts)
    .where(*_IN_HAND, _HOLDS_A_PLACE, one_of(_A.state, AttemptState.CLAIMED, AttemptState.DIALING))
    .values(
        state=AttemptState.DIALING.value,
        phone=bindparam("number"),
        fenced_at=func.clock_timestamp(),
        first_sent_at=func.coalesce(_A.first_sent_at, func.clock_timestamp()),
    )
)
_RELEASE = db.compiled(
    update(attempts)
    .where(*_IN_HAND, one_of(_A.state, AttemptState.CLAIMED, AttemptState.DIALING))
    .values(state=AttemptState.CLAIMED.value, token="", fenced_at=None, first_sent_at=None)
    .returning(_A.contact_id)
)
_FORGET = db.compiled(
    delete(attempts).where(_A.id == bindparam("this"), _A.state == AttemptState.CLAIMED)
)
_OTHERS = (_A.campaign_id == bindparam("campaign"), _A.token != bindparam("mine"))
_LEFT_CLAIMED = db.compiled(
    update(attempts)
    .where(*_OTHERS, _A.state == AttemptState.CLAIMED, _A.token != "")
    .values(token="")
    .returning(_A.id, _A.contact_id, _A.n, _A.first_sent_at)
)
_DIALING = db.compiled(
    select(*_COLUMNS)
    .where(_A.campaign_id == bindparam("campaign"), _A.state == AttemptState.DIALING)
    .order_by(_A.fenced_at)
)
_ADOPT = db.compiled(
    update(attempts)
    .where(
        _A.id == bindparam("this"),
        _A.token == bindparam("from_token"),
        _A.state == AttemptState.DIALING,
    )
    .values(token=bindparam("mine"))
)
_LEARN = db.compiled(
    update(attempts)
    .where(_A.id == bindparam("this"))
    .values(
        state=bindparam("new_state"),
        provider_call_id=bindparam("call_id"),
        answered_at=bindparam("answered", type_=_MOMENT),
        started_at=bindparam("started", type_=_MOMENT),
        ended_at=bindparam("ended", type_=_MOMENT),
        end_reason=bindparam("reason"),
        duration_seconds=bindparam("seconds"),
        in_voicemail=bindparam("voicemail"),
        appointment_action=bindparam("action"),
        sentiment=bindparam("mood"),
        analyzed=bindparam("is_analyzed"),
        untraceable=bindparam("is_untraceable"),
        outcome=bindparam("new_outcome"),
        version=bindparam("new_version"),
    )
)
_TO_POLL = db.compiled(
    select(*_COLUMNS)
    .where(
        _A.campaign_id == bindparam("campaign"),
        _A.provider_call_id.is_not(None),
        _A.outcome.is_(None),
        func.greatest(_A.answered_at, _A.ended_at, _A.polled_at)
        <= bindparam("before", type_=_MOMENT),
    )
    .order_by(_A.polled_at.nulls_first(), _A.answered_at)
    .limit(50)
)
_POLLED = db.compiled(
    update(attempts)
    .where(_A.id == bindparam("this"))
    .values(polled_at=bindparam("moment", type_=_MOMENT))
)
_LIVE = db.compiled(
    select(*_COLUMNS).where(
        _A.campaign_id == bindparam("campaign"), _A.state == AttemptState.PLACED
    )
)


async def find(tx: Transaction, attempt_id: UUID) -> Attempt | None:
    return await tx.fetch_one(Attempt, _BY_ID, this=attempt_id)


async def lock(tx: Transaction, attempt_id: UUID) -> Attempt | None:
    """The attempt, for nobody else to change meanwhile."""
    return await tx.fetch_one(Attempt, _LOCKED, this=attempt_id)


async def claim(
    tx: Transaction, campaign_id: UUID, people: Sequence[UUID], token: str, now: datetime
) -> list[Claim]:
    """An attempt per person; one that never placed a call is taken up again, with its id."""
    return await tx.fetch_all(
        Claim,
        _CLAIM,
        ids=[new_id() for _ in people],
        people=list(people),
        campaign=campaign_id,
        mine=token,
        moment=now,
    )


async def fence(tx: Transaction, attempt_id: UUID, token: str, phone: str) -> bool:
    """From here on the request may have been sent.

    False if another worker took over, or without a place in the window.
    """
    return await tx.execute(_FENCE, this=attempt_id, mine=token, number=phone) == 1


async def release(tx: Transaction, attempt_id: UUID, token: str) -> bool:
    """Takes back what is known to have placed nothing; false if another worker took over.

    The attempt keeps its id, the provider's key, for the person's next turn.
    """
    return await tx.fetch_value(_RELEASE, this=attempt_id, mine=token) is not None


async def forget(tx: Transaction, attempt_id: UUID) -> None:
    """Drops the attempt of somebody who is not called after all."""
    await tx.execute(_FORGET, this=attempt_id)


async def drop_claims_of_others(tx: Transaction, campaign_id: UUID, token: str) -> list[Claim]:
    """What earlier workers claimed and did not fence: they can't dial it any more."""
    return await tx.fetch_all(Claim, _LEFT_CLAIMED, campaign=campaign_id, mine=token)


async def dialing(tx: Transaction, campaign_id: UUID) -> list[Attempt]:
    """What was fenced without an answer, the oldest first."""
    return await tx.fetch_all(Attempt, _DIALING, campaign=campaign_id)


async def adopt(tx: Transaction, attempt: Attempt, token: str) -> bool:
    """Takes over from the worker that fenced it; false if somebody else did."""
    return await tx.execute(_ADOPT, this=attempt.id, from_token=attempt.token, mine=token) == 1


async def learn(
    tx: Transaction, attempt_id: UUID, known: Known, told: Result | None, version: int
) -> None:
    """Writes down all that is known."""
    await tx.execute(
        _LEARN,
        this=attempt_id,
        new_state=known.state.value,
        call_id=known.call_id,
        answered=known.answered_at,
        started=known.started_at,
        ended=known.end.at if known.end else None,
        reason=known.end.reason if known.end else None,
        seconds=known.end.seconds if known.end else None,
        voicemail=known.in_voicemail,
        action=known.action,
        mood=known.sentiment,
        is_analyzed=known.analyzed,
        is_untraceable=known.untraceable,
        new_outcome=told.outcome if told else None,
        new_version=version,
    )


async def to_poll(tx: Transaction, campaign_id: UUID, before: datetime) -> list[Attempt]:
    """Calls of which nothing final was heard, and nothing at all since `before`."""
    return await tx.fetch_all(Attempt, _TO_POLL, campaign=campaign_id, before=before)


async def polled(tx: Transaction, attempt_id: UUID, now: datetime) -> None:
    await tx.execute(_POLLED, this=attempt_id, moment=now)


async def live(tx: Transaction, campaign_id: UUID) -> list[Attempt]:
    """Calls that the provider took and that are not over, as far as is known."""
    return await tx.fetch_all(Attempt, _LIVE, campaign=campaign_id)


def ids_of(claims: Collection[Claim]) -> list[UUID]:
    return [claim.id for claim in claims]
