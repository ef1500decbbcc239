"""Ends a campaign: calls in hand are seen through first, then the row is settled."""

import asyncio
from dataclasses import dataclass

from services.campaigns.store import attempts, live
from services.campaigns.usecases import polling, recovering, settling
from services.campaigns.usecases.desk import Desk, Work
from services.campaigns.usecases.polling import SILENCE
from services.chassis import failpoints
from services.chassis.errors import Unavailable


@dataclass(frozen=True, slots=True)
class End:
    """Whether the campaign is settled; if not, after how many real seconds to look again."""

    done: bool
    state: str
    seconds: float = 0.0
    reason: str = ""


async def finish(desk: Desk, work: Work, verdict: str, stop: asyncio.Event | None = None) -> End:
    """Closes the fence, learns what is still unknown, and settles once nothing is in hand."""
    settled = await settling.settle(desk.db, work.caller, work.campaign_id, verdict)
    if verdict == "cancelled":
        failpoints.hit("in_cancel_cleanup")
    if settled.done:
        return End(done=True, state=settled.state)
    await _see_to_the_calls(desk, work, stop)
    settled = await settling.settle(desk.db, work.caller, work.campaign_id, verdict)
    seconds = desk.real_seconds(SILENCE / 12)
    reason = f"{settled.outstanding} calls are being finished"
    return End(settled.done, settled.state, seconds, reason)


async def _see_to_the_calls(desk: Desk, work: Work, stop: asyncio.Event | None) -> None:
    try:
        await recovering.recover(desk, work, redial=False)
        await _hang_up(desk, work)
        await polling.poll(desk, work, stop)
    except Unavailable:
        return


async def _hang_up(desk: Desk, work: Work) -> None:
    """Ends calls in progress if whoever cancelled wished so; their end is reported as any."""
    async with desk.db.transaction(work.caller) as tx:
        campaign = await live.find(tx, work.campaign_id)
        wanted = campaign is not None and campaign.stop_now
        calls = await attempts.live(tx, work.campaign_id) if wanted else []
    for attempt in calls:
        await desk.telephone.hang_up(attempt.provider_call_id or "")
