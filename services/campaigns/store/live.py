"""A campaign as those who dial it see it: whether it may dial, and what holds it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text, bindparam, or_, select, update

from services.campaigns.domain.campaigns import State
from services.campaigns.store.tables import campaigns
from services.campaigns.store.words import one_of
from services.chassis import db
from services.chassis.db import Transaction

DIALLING = tuple(state for state in State if state.dials)
_MOMENT = DateTime(timezone=True)
_C = campaigns.c
_ONE = _C.id == bindparam("campaign_id")


@dataclass(frozen=True, slots=True)
class Live:
    """What decides whether a campaign dials."""

    id: UUID
    state: str
    priority: int
    group_id: UUID | None
    blocking_reason: str | None
    expires_at: datetime | None
    custom_message: str | None
    total_contacts: int
    stop_now: bool
    workflow_started_at: datetime | None
    started_at: datetime | None

    @property
    def is_final(self) -> bool:
        return State(self.state).is_final

    def may_dial(self, now: datetime) -> bool:
        in_time = self.expires_at is None or now < self.expires_at
        return in_time and State(self.state).dials


_SELECT = select(*(campaigns.c[name] for name in Live.__dataclass_fields__)).where(_ONE)
_FIND = db.compiled(_SELECT)
_SHARE = db.compiled(_SELECT.with_for_update(read=True))
_LOCK = db.compiled(_SELECT.with_for_update(key_share=True))
_NEWS = or_(
    _C.state != bindparam("new_state"),
    _C.blocking_reason.is_distinct_from(bindparam("why", type_=Text)),
    _C.next_batch_at.is_distinct_from(bindparam("moment", type_=_MOMENT)),
)
_BLOCKED = db.compiled(
    update(campaigns)
    .where(_ONE, one_of(_C.state, *DIALLING), _NEWS)
    .values(
        state=bindparam("new_state"),
        blocking_reason=bindparam("why"),
        next_batch_at=bindparam("moment", type_=_MOMENT),
        version=_C.version + 1,
    )
)
_RUNNING = db.compiled(
    update(campaigns)
    .where(_ONE, one_of(_C.state, *DIALLING))
    .values(state="running", blocking_reason=None, next_batch_at=None, version=_C.version + 1)
)
_STARTED = db.compiled(
    update(campaigns)
    .where(_ONE, _C.started_at.is_(None))
    .values(started_at=bindparam("moment", type_=_MOMENT))
)
_HOLD = db.compiled(
    update(campaigns)
    .where(_ONE, one_of(_C.state, *DIALLING))
    .values(state="paused", blocking_reason=bindparam("why"), version=_C.version + 1)
)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A campaign that should have a workflow at work."""

    tenant_id: UUID
    id: UUID


_UNFINISHED = db.compiled(
    select(_C.tenant_id, _C.id).where(one_of(_C.state, *DIALLING, "paused", "cancelling"))
)


async def unfinished(tx: Transaction) -> list[Unfinished]:
    """Those of every tenant; asked across tenants."""
    return await tx.fetch_all(Unfinished, _UNFINISHED)


async def find(tx: Transaction, campaign_id: UUID) -> Live | None:
    return await tx.fetch_one(Live, _FIND, campaign_id=campaign_id)


async def share(tx: Transaction, campaign_id: UUID) -> Live | None:
    """The campaign, whose state nobody changes until this transaction ends."""
    return await tx.fetch_one(Live, _SHARE, campaign_id=campaign_id)


async def lock(tx: Transaction, campaign_id: UUID) -> Live | None:
    """The campaign, for this transaction to change."""
    return await tx.fetch_one(Live, _LOCK, campaign_id=campaign_id)


async def blocked(
    tx: Transaction, campaign_id: UUID, state: str, reason: str, until: datetime | None
) -> None:
    """Says why it is quiet and until when, as far as that is known; nothing new is no change."""
    await tx.execute(_BLOCKED, campaign_id=campaign_id, new_state=state, why=reason, moment=until)


async def running(tx: Transaction, campaign_id: UUID) -> None:
    """It dials; why it was quiet is over."""
    await tx.execute(_RUNNING, campaign_id=campaign_id)


async def started(tx: Transaction, campaign_id: UUID) -> bool:
    """Its first call is about to be sent; false if it was before."""
    return await tx.execute(_STARTED, campaign_id=campaign_id, moment=tx.now) == 1


async def hold(tx: Transaction, campaign_id: UUID, reason: str) -> bool:
    """Pauses it by a rule of safety; one that does not dial stays as it is, and gives false."""
    return await tx.execute(_HOLD, campaign_id=campaign_id, why=reason) == 1
