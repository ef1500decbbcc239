"""Heals campaigns whose workflow was lost, stopped or never started; goes by the rows."""

from enum import StrEnum
from typing import Protocol
from uuid import UUID

import structlog

from services.campaigns.domain.campaigns import State
from services.campaigns.store import campaigns, live
from services.campaigns.store.live import Live, Unfinished
from services.campaigns.usecases import finishing, holding, polling
from services.campaigns.usecases.desk import Desk, Work
from services.campaigns.usecases.ports import Workflows
from services.chassis.caller import Caller
from services.chassis.errors import Refusal
from services.chassis.ids import new_id

HELD = "held by an operator"


class Standing(StrEnum):
    """How a workflow stands, as Temporal tells."""

    RUNNING = "running"
    HELD = "held"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    GONE = "gone"


class Engine(Workflows, Protocol):
    """What the reconciler needs of Temporal."""

    async def standing(self, campaign_id: UUID) -> Standing: ...


_VERDICTS = {
    Standing.COMPLETED: "completed",
    Standing.CANCELLED: "cancelled",
    Standing.GONE: "cancelled",
    Standing.FAILED: "failed",
}


async def reconcile(desk: Desk, engine: Engine) -> int:
    """Looks at every campaign that is not final, of every tenant; how many were looked at.

    What fails with one campaign is logged, and does not keep the others from being healed.
    """
    async with desk.db.across_tenants() as tx:
        unfinished = await live.unfinished(tx)
    for campaign in unfinished:
        try:
            await _heal(desk, engine, campaign)
        except Refusal as refusal:
            structlog.get_logger().warning(
                "campaign not reconciled", campaign_id=str(campaign.id), reason=refusal.reason
            )
        except Exception:
            structlog.get_logger().exception(
                "campaign not reconciled", campaign_id=str(campaign.id), reason="BUG"
            )
    return len(unfinished)


async def _heal(desk: Desk, engine: Engine, unfinished: Unfinished) -> None:
    caller = Caller.service(unfinished.tenant_id, "campaigns")
    work = Work(caller, unfinished.tenant_id, unfinished.id, f"reconciler/{new_id()}")
    async with desk.db.transaction(caller) as tx:
        campaign = await live.find(tx, unfinished.id)
    if campaign is None or campaign.is_final:
        return
    if campaign.workflow_started_at is None:
        await _start(desk, engine, work, campaign)
        return
    standing = await engine.standing(campaign.id)
    if verdict := _verdict(standing, campaign):
        await _settle(desk, work, verdict)
        return
    if standing is Standing.HELD:
        async with desk.db.transaction(caller) as tx:
            await holding.hold(tx, campaign.id, HELD)
    elif campaign.state == State.CANCELLING:
        await engine.cancel(campaign.id)
    await polling.poll(desk, work)


async def _start(desk: Desk, engine: Engine, work: Work, campaign: Live) -> None:
    await engine.start(work.tenant_id, campaign.id, campaign.total_contacts)
    async with desk.db.transaction(work.caller) as tx:
        await campaigns.workflow_started(tx, campaign.id)


def _verdict(standing: Standing, campaign: Live) -> str | None:
    """How the campaign ends, if its workflow will not end it.

    One that is held hears of no cancellation: who waited for it would wait for ever.
    """
    if standing is Standing.HELD and campaign.state == State.CANCELLING:
        return "cancelled"
    return _VERDICTS.get(standing)


async def _settle(desk: Desk, work: Work, verdict: str) -> None:
    """The workflow is no more, or held: nobody else will finish what it began."""
    end = await finishing.finish(desk, work, verdict)
    structlog.get_logger().warning(
        "campaign without a workflow", campaign_id=str(work.campaign_id), state=end.state
    )
