"""Pausing, resuming and cancelling: the row first, then the workflow is woken."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.campaigns.domain import errors, permissions
from services.campaigns.domain.campaigns import Campaign, State
from services.campaigns.domain.permissions import Action
from services.campaigns.store import audit, campaigns
from services.campaigns.usecases import announcing, seeing
from services.campaigns.usecases.ports import Workflows
from services.chassis import requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.errors import Unavailable
from services.chassis.requests import Request

PAUSED = "paused"


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
    campaign = await _move(db, caller, request, order, "pause", State.PAUSED)
    await _tell(workflows.pause(order.campaign_id))
    return campaign


async def resume(
    db: Database, caller: Caller, request: Request, workflows: Workflows, order: Control
) -> Campaign:
    """Lets the campaign go on."""
    campaign = await _move(db, caller, request, order, "resume", State.RUNNING)
    await _tell(workflows.resume(order.campaign_id))
    return campaign


async def cancel(
    db: Database, caller: Caller, request: Request, workflows: Workflows, order: Control
) -> Campaign:
    """Ends the campaign: the row closes the fence, the workflow settles."""
    campaign = await _move(db, caller, request, order, "cancel", State.CANCELLING)
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
        if campaign is not None and _may_follow(campaign.state, State(state)):
            await _write(tx, campaign, State(state), "by an operator", stop_now=False)


async def _move(
    db: Database, caller: Caller, request: Request, order: Control, action: str, to: State
) -> Campaign:
    async with db.transaction(caller) as tx:
        if await requests.answered(tx, request, Controlled):
            return await seeing.seen(tx, order.campaign_id)
        campaign = await seeing.seen(tx, order.campaign_id, lock=True)
        permissions.allow(caller, Action.CONTROL)
        if campaign.state is not to and not (to is State.RUNNING and campaign.state.dials):
            _require(campaign.state, to)
            await audit.append(tx, f"campaign_{action}", campaign.id, order.reason)
            await _write(tx, campaign, to, PAUSED, stop_now=order.stop_now)
        await requests.keep(tx, request, Controlled(campaign.id))
        return await seeing.seen(tx, order.campaign_id)


def _require(now: State, to: State) -> None:
    if now.is_final:
        raise errors.is_over()
    if not _may_follow(now, to):
        raise errors.is_being_cancelled()


def _may_follow(now: State, to: State) -> bool:
    """A live campaign can be cancelled always, and anything else until it is."""
    return not now.is_final and now is not to and now is not State.CANCELLING


async def _write(
    tx: Transaction, campaign: Campaign, to: State, reason: str, *, stop_now: bool
) -> None:
    written: dict[State, dict[str, Any]] = {
        State.PAUSED: {"blocking_reason": reason, "next_batch_at": None},
        State.CANCELLING: {"blocking_reason": None, "next_batch_at": None, "stop_now": stop_now},
    }
    await campaigns.move(tx, campaign.id, to, **written.get(to, {"blocking_reason": None}))
    if (moved := await campaigns.find(tx, campaign.id)) is not None:
        await announcing.announce(tx, moved)


async def _tell(telling: Awaitable[None]) -> None:
    """The row decides; a workflow that can't be told now learns it when it asks or is healed."""
    try:
        await telling
    except Unavailable:
        return
