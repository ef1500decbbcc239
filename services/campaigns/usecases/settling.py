"""The last transaction of a campaign: everybody final, the slot free, the row closed."""

from dataclasses import dataclass
from uuid import UUID

from services.campaigns.domain import campaigns as rules
from services.campaigns.domain.campaigns import STOPPED, Campaign, RecipientState, State
from services.campaigns.domain.outcomes import Count
from services.campaigns.store import campaigns, recipients
from services.campaigns.usecases import holding
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether the campaign is final; if not, how many calls are still being finished."""

    done: bool
    state: str
    outstanding: int = 0


async def settle(db: Database, caller: Caller, campaign_id: UUID, verdict: str) -> Settled:
    """Ends the campaign as soon as no call is in hand; a settled one stays as it is.

    From the first call on nobody new is granted a dial.
    """
    async with db.transaction(caller) as tx:
        campaign = await campaigns.lock(tx, campaign_id)
        if campaign is None:
            return Settled(done=True, state=State.CANCELLED.value)
        if campaign.state.is_final:
            return Settled(done=True, state=campaign.state.value)
        await recipients.close(tx, campaign_id, RecipientState.NOT_CALLED, _reason(verdict))
        closed = await campaigns.find(tx, campaign_id)
        assert closed is not None
        if outstanding := _outstanding(closed):
            await _wait_for_calls(tx, campaign, verdict)
            return Settled(False, State.CANCELLING.value, outstanding)
        return Settled(done=True, state=await _end(tx, closed, verdict))


def _outstanding(closed: Campaign) -> int:
    """Counted after nobody new can begin: reports of calls change people all the while."""
    return closed.counts[Count.IN_CALL] + closed.counts[Count.PENDING]


async def _wait_for_calls(tx: Transaction, campaign: Campaign, verdict: str) -> None:
    """Calls in hand are finished; a campaign that did not come to its end grants no others."""
    if verdict == State.COMPLETED or campaign.state is State.CANCELLING:
        return
    why = STOPPED if verdict == State.CANCELLED else None
    await campaigns.move(tx, campaign.id, State.CANCELLING, blocking_reason=why)
    await holding.moved(tx, campaign.id)


async def _end(tx: Transaction, closed: Campaign, verdict: str) -> str:
    """A campaign that nobody of its people cancelled says who stopped it."""
    state = rules.ended(verdict, closed.counts)
    why = closed.blocking_reason if closed.state is State.CANCELLING else STOPPED
    told = {"blocking_reason": why} if state is State.CANCELLED else {}
    await campaigns.move(tx, closed.id, state, **told)
    await holding.moved(tx, closed.id)
    return state.value


def _reason(verdict: str) -> str:
    return "expired" if verdict == State.EXPIRED.value else "cancelled"
