"""The people of a campaign as they are frozen, closed and listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from services.campaigns.domain.campaigns import Recipient, RecipientState
from services.campaigns.domain.outcomes import REQUEUED, Outcome
from services.campaigns.store.tables import attempts, recipients
from services.campaigns.store.words import one_of
from services.chassis import db
from services.chassis.db import Transaction

_R, _A = recipients.c, attempts.c
_FROZEN = (
    func.unnest(
        cast(bindparam("people"), ARRAY(Uuid)),
        cast(bindparam("phones"), ARRAY(Text)),
        cast(bindparam("zones"), ARRAY(Text)),
        cast(bindparam("reasons"), ARRAY(Text)),
    )
    .table_valued("contact_id", "phone", "timezone", "reason", with_ordinality="position")
    .render_derived(name="frozen")
)
_FREEZE = db.compiled(
    insert(recipients).from_select(
        [
            "campaign_id",
            "contact_id",
            "position",
            "phone",
            "timezone",
            "state",
            "reason",
            "at",
            "connected",
            "version",
        ],
        select(
            bindparam("campaign_id", type_=Uuid),
            _FROZEN.c.contact_id,
            cast(_FROZEN.c.position, Integer),
            func.nullif(_FROZEN.c.phone, ""),
            func.nullif(_FROZEN.c.timezone, ""),
            case((_FROZEN.c.reason == "", "pending"), else_="skipped"),
            func.nullif(_FROZEN.c.reason, ""),
            bindparam("moment", type_=DateTime(timezone=True)),
            literal(False),
            literal(1),
        ),
    )
)
_CLOSE = db.compiled(
    update(recipients)
    .where(_R.campaign_id == bindparam("of_campaign", type_=Uuid), _R.state == "pending")
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why"),
        at=bindparam("moment", type_=DateTime(timezone=True)),
        version=_R.version + 1,
    )
)
_MARKS = db.compiled(
    select(_R.contact_id, _R.state, _R.version).where(
        _R.campaign_id == bindparam("of_campaign", type_=Uuid)
    )
)
_COUNTED = or_(_A.outcome.is_(None), ~one_of(_A.outcome, *REQUEUED))
_LATEST = (
    select(_A.id, _A.provider_call_id, func.count().filter(_COUNTED).over().label("attempts"))
    .where(
        _A.campaign_id == _R.campaign_id,
        _A.contact_id == _R.contact_id,
        _A.state != "claimed",
    )
    .order_by(_A.n.desc())
    .limit(1)
    .lateral("latest")
)
_COLUMNS = (
    _R.contact_id,
    _R.position,
    _R.state,
    _R.outcome,
    _R.reason,
    _R.appointment_action,
    _R.duration_seconds,
    _R.at,
    _LATEST.c.id.label("session_id"),
    _LATEST.c.provider_call_id,
    func.coalesce(_LATEST.c.attempts, 0).label("attempts"),
    _R.connected,
)


@dataclass(frozen=True, slots=True)
class _Marked:
    contact_id: UUID
    state: str
    version: int


class Mark(NamedTuple):
    """What changes whenever more is known of somebody."""

    state: str
    version: int


UNTOUCHED = Mark("pending", 1)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Somebody of an audience; with a reason they are skipped from the start."""

    contact_id: UUID
    phone: str
    timezone: str
    reason: str = ""


async def freeze(tx: Transaction, campaign_id: UUID, people: Sequence[Frozen]) -> None:
    """Stores the audience in calling order."""
    await tx.execute(
        _FREEZE,
        campaign_id=campaign_id,
        people=[each.contact_id for each in people],
        phones=[each.phone for each in people],
        zones=[each.timezone for each in people],
        reasons=[each.reason for each in people],
        moment=tx.now,
    )


async def close(tx: Transaction, campaign_id: UUID, state: RecipientState, reason: str) -> None:
    """Everybody still to be called is not called any more."""
    await tx.execute(
        _CLOSE, of_campaign=campaign_id, new_state=state.value, why=reason, moment=tx.now
    )


async def page(
    tx: Transaction,
    campaign_id: UUID,
    *,
    state: RecipientState | None,
    outcome: Outcome | None,
    size: int,
    after: int,
    offset: int,
) -> list[Recipient]:
    """People of the campaign in calling order, from behind a position."""
    statement = (
        select(*_COLUMNS)
        .select_from(recipients.outerjoin(_LATEST, true()))
        .where(*_filters(campaign_id, state, outcome), _R.position > after)
        .order_by(_R.position)
        .limit(size)
        .offset(offset)
    )
    return await tx.fetch_all(Recipient, statement)


async def some(tx: Transaction, campaign_id: UUID, contact_ids: Sequence[UUID]) -> list[Recipient]:
    """Those people of the campaign, in calling order."""
    wanted = _R.contact_id == func.any(literal(list(contact_ids), ARRAY(Uuid)))
    statement = (
        select(*_COLUMNS)
        .select_from(recipients.outerjoin(_LATEST, true()))
        .where(_R.campaign_id == campaign_id, wanted)
        .order_by(_R.position)
    )
    return await tx.fetch_all(Recipient, statement)


async def marks(tx: Transaction, campaign_id: UUID) -> dict[UUID, Mark]:
    """How far everybody has come."""
    rows = await tx.fetch_all(_Marked, _MARKS, of_campaign=campaign_id)
    return {row.contact_id: Mark(row.state, row.version) for row in rows}


async def count(
    tx: Transaction, campaign_id: UUID, *, state: RecipientState | None, outcome: Outcome | None
) -> int:
    """How many people the list has."""
    filters = _filters(campaign_id, state, outcome)
    statement = select(func.count()).select_from(recipients).where(*filters)
    return int(await tx.fetch_value(statement))


def _filters(
    campaign_id: UUID, state: RecipientState | None, outcome: Outcome | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_R.campaign_id == campaign_id]
    if state is not None:
        found.append(_R.state == state.value)
    if outcome is not None:
        found.append(_R.outcome == outcome.value)
    return found
