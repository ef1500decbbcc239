"""Pausing, resuming and cancelling: the row first, then the workflow is woken."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.campaigns.domain import campaigns as rules
from services.campaigns.domain import errors, permissions
from services.campaigns.domain.campaigns import HELD, PAUSED, STOPPED, Campaign, State
from services.campaigns.domain.permissions import Action
from services.campaigns.store import audit, campaigns
from services.campaigns.usecases import holding, seeing
from services.campaigns.usecases.ports import Workflows
from services.chassis import requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.errors import Unavailable
from services.chassis.requests import Request

_ACTIONS = {State.PAUSED: "pause", State.RUNNING: "resume", State.CANCELLING: "cancel"}


@dataclass(frozen=True, slots=True)
class Control:
    """What is to be done to a campaign, and why; `stop_now` ends calls in progress."""

    campaign_id: UUID
    reason: str = ""
    stop_now: bool = False


@dataclass(frozen=True, slots=True)
class Controlled:
    """The campaign that was controlled; kept so that a repeat is answered alike."""

    campaign_id: UUID


async def pause(
    db: Database, caller: Caller, request: Request, workflows: Workflows, order: Control
) -> Campaign:
    """Holds the campaign: nobody new is dialled from the answer on."""
    campaign = await _move(db, caller, request, order, State.PAUSED)
    await _tell(workflows.pause(order.campaign_id))
    return campaign


async def resume(
    db: Database, caller: Caller, request: Request, workflows: Workflows, order: Control
) -> Campaign:
    """Lets the campaign go on."""
    campaign = await _move(db, caller, request, order, State.RUNNING)
    await _tell(workflows.resume(order.campaign_id))
    return campaign


async def cancel(
    db: Database, caller: Caller, request: Request, workflows: Workflows, order: Control
) -> Campaign:
    """Ends the campaign: the row closes the fence, the workflow settles."""
    campaign = await _move(db, caller, request, order, State.CANCELLING)
    await _tell(workflows.cancel(order.campaign_id))
    return campaign


async def people(db: Database, caller: Caller, campaign_id: UUID) -> int:
    """How many people a campaign is about."""
    async with db.transaction(caller) as tx:
        campaign = await campaigns.find(tx, campaign_id)
        return campaign.total_contacts if campaign else 0


async def mark(db: Database, caller: Caller, campaign_id: UUID, state: str) -> None:
    """Writes a state that began in Temporal into the row; what can't follow it stays."""
    async with db.transaction(caller) as tx:
        campaign = await campaigns.lock(tx, campaign_id)
        if campaign is not None and _changes(campaign, State(state)):
            action = _ACTIONS[State(state)]
            await audit.append(tx, f"campaign_{action}", campaign.id, "by an operator")
            await _write(tx, campaign, State(state), by_operator=True)


async def _move(
    db: Database, caller: Caller, request: Request, order: Control, to: State
) -> Campaign:
    async with db.transaction(caller) as tx:
        if await requests.answered(tx, request, Controlled):
            return await seeing.seen(tx, order.campaign_id)
        campaign = await seeing.seen(tx, order.campaign_id, lock=True)
        permissions.allow(caller, Action.CONTROL)
        _require(campaign.state, to)
        if _changes(campaign, to) or _hastens(campaign, order):
            await audit.append(tx, f"campaign_{_ACTIONS[to]}", campaign.id, order.reason)
            await _write(tx, campaign, to, stop_now=order.stop_now)
        await requests.keep(tx, request, Controlled(campaign.id))
        return await seeing.seen(tx, order.campaign_id)


def _require(now: State, to: State) -> None:
    """A campaign that was cancelled can be cancelled again, which changes nothing."""
    if now.is_final and not (now is State.CANCELLED and to is State.CANCELLING):
        raise errors.is_over()
    if now is State.CANCELLING and to is not State.CANCELLING:
        raise errors.is_being_cancelled()


def _changes(campaign: Campaign, to: State) -> bool:
    """A live campaign can be cancelled always; only a held one can be let go."""
    now = campaign.state
    if now.is_final or now is State.CANCELLING:
        return False
    return now is State.PAUSED if to is State.RUNNING else now is not to


def _hastens(campaign: Campaign, order: Control) -> bool:
    """Who let calls finish may still decide to end them."""
    return campaign.state is State.CANCELLING and order.stop_now


async def _write(
    tx: Transaction,
    campaign: Campaign,
    to: State,
    *,
    stop_now: bool = False,
    by_operator: bool = False,
) -> None:
    quiet: dict[str, Any] = {"blocking_reason": None, "next_batch_at": None}
    if to is State.PAUSED:
        quiet["blocking_reason"] = HELD if by_operator else PAUSED
    elif to is State.CANCELLING:
        quiet |= {"blocking_reason": STOPPED if by_operator else None, "stop_now": stop_now}
    state = rules.goes_on(campaign.started_at) if to is State.RUNNING else to
    await campaigns.move(tx, campaign.id, state, **quiet)
    await holding.moved(tx, campaign.id)


async def _tell(telling: Awaitable[None]) -> None:
    """The row decides; a workflow that can't be told now learns it when it asks or is healed."""
    try:
        await telling
    except Unavailable:
        return
