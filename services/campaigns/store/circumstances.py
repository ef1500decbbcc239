"""What the tenant's other calls say about dialling a number now."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, and_, bindparam, exists, func, or_, select

from services.campaigns.domain.calls import AttemptState
from services.campaigns.domain.outcomes import REQUEUED
from services.campaigns.store.tables import attempts, suppressions
from services.campaigns.store.words import one_of
from services.chassis import db
from services.chassis.db import Transaction

DAY, WEEK = timedelta(days=1), timedelta(days=7)
_MOMENT = DateTime(timezone=True)
_A = attempts.c
_UNDER_WAY = (AttemptState.DIALING, AttemptState.PLACED)

_LOCK = db.compiled(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(
                func.concat(
                    func.current_setting("app.tenant_id"), "/", bindparam("number", type_=Text)
                ),
                0,
            )
        )
    )
)
_OTHERS = and_(
    _A.phone == bindparam("number", type_=Text), _A.id != bindparam("attempt_id", type_=Uuid)
)
_COUNTED = and_(
    _OTHERS,
    _A.state != AttemptState.CLAIMED,
    or_(_A.outcome.is_(None), ~one_of(_A.outcome, *REQUEUED)),
)
_SUPPRESSED = exists().where(suppressions.c.phone == bindparam("number"))
_CALLED_BEFORE = exists().where(
    _COUNTED,
    _A.campaign_id == bindparam("campaign_id", type_=Uuid),
    _A.contact_id != bindparam("contact_id", type_=Uuid),
)
_IN_CALL = exists().where(
    _OTHERS,
    or_(
        one_of(_A.state, *_UNDER_WAY),
        and_(_A.state == AttemptState.ENDED, _A.outcome.is_(None)),
    ),
)
_CALLS_SINCE = select(func.count()).select_from(attempts)
_OF_PHONE = db.compiled(
    select(
        _SUPPRESSED.label("suppressed"),
        _CALLED_BEFORE.label("called_before"),
        _IN_CALL.label("in_call"),
        _CALLS_SINCE.where(_COUNTED, _A.answered_at > bindparam("day", type_=_MOMENT))
        .scalar_subquery()
        .label("calls_today"),
        _CALLS_SINCE.where(_COUNTED, _A.answered_at > bindparam("week", type_=_MOMENT))
        .scalar_subquery()
        .label("calls_this_week"),
    )
)


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """Whether a number may be dialled, by what is known of it in the whole tenant."""

    suppressed: bool
    called_before: bool
    in_call: bool
    calls_today: int
    calls_this_week: int


async def of_phone(
    tx: Transaction, phone: str, *, attempt_id: UUID, campaign_id: UUID, contact_id: UUID
) -> PhoneFacts:
    """The facts about a number, once nobody else of the tenant decides on it."""
    await tx.fetch_value(_LOCK, number=phone)
    found = await tx.fetch_one(
        PhoneFacts,
        _OF_PHONE,
        number=phone,
        attempt_id=attempt_id,
        campaign_id=campaign_id,
        contact_id=contact_id,
        day=tx.now - DAY,
        week=tx.now - WEEK,
    )
    assert found is not None
    return found
