"""Campaigns as people launch, see and control them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.domain.campaigns import (
    Campaign,
    Priority,
    RecipientState,
    State,
    Tally,
    Timing,
    counted,
)
from services.campaigns.domain.outcomes import AppointmentAction, Outcome
from services.campaigns.store.tables import campaigns, group_views, recipients
from services.chassis import db
from services.chassis.caller import Caller
from services.chassis.db import Sql, Transaction

_C, _R = campaigns.c, recipients.c
_COLUMNS = (
    _C.id,
    _C.group_id,
    _C.group_name,
    _C.group_color,
    _C.name,
    _C.initiated_by,
    _C.call_type,
    _C.state,
    _C.priority,
    _C.total_contacts,
    _C.created_at,
    _C.started_at,
    _C.completed_at,
    _C.estimated_completion,
    _C.next_batch_at,
    _C.blocking_reason,
    _C.workflow_started_at,
    _C.version,
    _C.custom_message,
    _C.expires_at,
)
_ONE: Select[Any] = select(*_COLUMNS).where(_C.id == bindparam("campaign_id", type_=Uuid))
_FIND = db.compiled(_ONE)
_LOCK = db.compiled(_ONE.with_for_update(key_share=True))
_TALLIES = db.compiled(
    select(
        _R.campaign_id,
        _R.state,
        _R.outcome,
        _R.appointment_action,
        _R.connected,
        func.count().label("people"),
    )
    .where(_R.campaign_id == func.any(bindparam("campaign_ids", type_=ARRAY(Uuid))))
    .group_by(_R.campaign_id, _R.state, _R.outcome, _R.appointment_action, _R.connected)
)
_SLOTS = db.compiled(select(_C.id).where(_C.holds_slot).order_by(_C.created_at))
_WAITING = db.compiled(
    select(func.count())
    .join_from(recipients, campaigns, _C.id == _R.campaign_id)
    .where(_R.state == "pending", _C.holds_slot)
)
_ADMISSION = db.compiled(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("tenant"), 2)))
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    group_id: UUID | None
    group_name: str | None
    group_color: str | None
    name: str
    initiated_by: UUID
    call_type: str
    state: str
    priority: int
    total_contacts: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    estimated_completion: datetime | None
    next_batch_at: datetime | None
    blocking_reason: str | None
    workflow_started_at: datetime | None
    version: int
    custom_message: str | None
    expires_at: datetime | None

    def campaign(self, tallies: Iterable[Tally]) -> Campaign:
        return Campaign(
            id=self.id,
            group_id=self.group_id,
            group_name=self.group_name,
            group_color=self.group_color,
            name=self.name,
            initiated_by=self.initiated_by,
            timing=Timing(self.call_type),
            state=State(self.state),
            priority=Priority.of_rank(self.priority),
            total_contacts=self.total_contacts,
            created_at=self.created_at,
            started_at=self.started_at,
            completed_at=self.completed_at,
            estimated_completion=self.estimated_completion,
            next_batch_at=self.next_batch_at,
            blocking_reason=self.blocking_reason,
            workflow_started=self.workflow_started_at is not None,
            version=self.version,
            custom_message=self.custom_message,
            expires_at=self.expires_at,
            counts=counted(tallies),
        )


@dataclass(frozen=True, slots=True)
class _Tally:
    campaign_id: UUID
    state: str
    outcome: str | None
    appointment_action: str | None
    connected: bool
    people: int

    def tally(self) -> Tally:
        return Tally(
            RecipientState(self.state),
            Outcome(self.outcome) if self.outcome else None,
            AppointmentAction(self.appointment_action) if self.appointment_action else None,
            self.connected,
            self.people,
        )


@dataclass(frozen=True, slots=True)
class New:
    """A campaign to be stored."""

    id: UUID
    group_id: UUID | None
    group_name: str | None
    group_color: str | None
    name: str
    timing: Timing
    priority: Priority
    custom_message: str | None
    expires_at: datetime | None
    estimated_completion: datetime | None
    total_contacts: int


async def admit(tx: Transaction) -> list[UUID]:
    """The campaigns that hold slots, with no other launch of the tenant beside this one."""
    await tx.execute(_ADMISSION, tenant=str(tx.caller.tenant_id))
    return await tx.fetch_values(_SLOTS)


async def slots(tx: Transaction) -> list[UUID]:
    """The campaigns that hold slots now."""
    return await tx.fetch_values(_SLOTS)


async def people_waiting(tx: Transaction) -> int:
    """How many people all live campaigns of the tenant still have to call."""
    return int(await tx.fetch_value(_WAITING))


async def create(tx: Transaction, new: New) -> None:
    """Stores a campaign that is about to begin; it holds a slot from now on."""
    await tx.execute(
        insert(campaigns).values(
            id=new.id,
            group_id=new.group_id,
            group_name=new.group_name,
            group_color=new.group_color,
            name=new.name,
            initiated_by=tx.caller.person_id,
            call_type=new.timing.value,
            state=State.PREPARING.value,
            priority=new.priority.rank,
            custom_message=new.custom_message,
            total_contacts=new.total_contacts,
            expires_at=new.expires_at,
            stop_now=False,
            holds_slot=True,
            created_at=tx.now,
            estimated_completion=new.estimated_completion,
            version=1,
        )
    )


async def find(tx: Transaction, campaign_id: UUID) -> Campaign | None:
    """The campaign with its counts."""
    return await _one(tx, _FIND, campaign_id)


async def lock(tx: Transaction, campaign_id: UUID) -> Campaign | None:
    """The campaign with its counts, unchanged by others until the end."""
    return await _one(tx, _LOCK, campaign_id)


async def move(tx: Transaction, campaign_id: UUID, state: State, **values: Any) -> None:
    """Puts a locked campaign into a state; a final one gives its slot back."""
    if state.is_final:
        values |= {"holds_slot": False, "completed_at": tx.now, "next_batch_at": None}
        values.setdefault("blocking_reason", None)
    await tx.execute(
        update(campaigns)
        .where(_C.id == campaign_id)
        .values(state=state.value, version=_C.version + 1, **values)
    )


async def workflow_started(tx: Transaction, campaign_id: UUID) -> None:
    """Notes that the campaign's workflow exists."""
    await tx.execute(
        update(campaigns)
        .where(_C.id == campaign_id, _C.workflow_started_at.is_(None))
        .values(workflow_started_at=func.clock_timestamp())
    )


def visible(caller: Caller) -> ColumnElement[bool]:
    """The rule of `permissions.sees` as a clause over campaigns."""
    if caller.is_admin or caller.is_machine:
        return _C.id.is_not(None)
    shown = select(group_views.c.group_id).where(
        group_views.c.group_id == _C.group_id,
        or_(
            group_views.c.visibility == "all_staff",
            (group_views.c.visibility == "custom")
            & (func.array_position(group_views.c.permitted_users, caller.person_id).is_not(None)),
        ),
    )
    return shown.exists()


async def page(
    tx: Transaction,
    *,
    state: State | None,
    group_id: UUID | None,
    size: int,
    after: tuple[datetime, UUID] | None,
    offset: int,
) -> list[Campaign]:
    """Visible campaigns, the newest first."""
    statement = (
        select(*_COLUMNS)
        .where(*_filters(tx.caller, state, group_id))
        .order_by(_C.created_at.desc(), _C.id.desc())
        .limit(size)
        .offset(offset)
    )
    if after is not None:
        statement = statement.where(tuple_(_C.created_at, _C.id) < tuple_(*after))
    rows = await tx.fetch_all(_Row, statement)
    tallies = await _tallies(tx, [row.id for row in rows])
    return [row.campaign(tallies[row.id]) for row in rows]


async def count(tx: Transaction, *, state: State | None, group_id: UUID | None) -> int:
    """How many campaigns the list has."""
    filters = _filters(tx.caller, state, group_id)
    statement = select(func.count()).select_from(campaigns).where(*filters)
    return int(await tx.fetch_value(statement))


def _filters(
    caller: Caller, state: State | None, group_id: UUID | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [visible(caller)]
    if state is not None:
        found.append(_C.state == state.value)
    if group_id is not None:
        found.append(_C.group_id == group_id)
    return found


async def _one(tx: Transaction, sql: Sql, campaign_id: UUID) -> Campaign | None:
    row = await tx.fetch_one(_Row, sql, campaign_id=campaign_id)
    if row is None:
        return None
    return row.campaign((await _tallies(tx, [campaign_id]))[campaign_id])


async def _tallies(tx: Transaction, campaign_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Tally]]:
    found: dict[UUID, list[Tally]] = {each: [] for each in campaign_ids}
    for row in await tx.fetch_all(_Tally, _TALLIES, campaign_ids=list(campaign_ids)):
        found[row.campaign_id].append(row.tally())
    return found
