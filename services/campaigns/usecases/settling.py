"""The last transaction of a campaign: everybody final, the slot free, the row closed."""

from dataclasses import dataclass
from uuid import UUID

from services.campaigns.domain import campaigns as rules
from services.campaigns.domain.campaigns import RecipientState, State
from services.campaigns.domain.outcomes import Count
from services.campaigns.store import campaigns, recipients
from services.campaigns.usecases import announcing
from services.chassis.caller import Caller
from services.chassis.db import Database

STOPPED = "stopped by an operator"


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
        if verdict != State.COMPLETED.value:
            left = RecipientState.NOT_CALLED
            await recipients.close(tx, campaign_id, left, _reason(verdict))
        outstanding = campaign.counts[Count.IN_CALL]
        if outstanding:
            if campaign.state is not State.CANCELLING and verdict != State.COMPLETED.value:
                await campaigns.move(tx, campaign_id, State.CANCELLING)
            return Settled(False, State.CANCELLING.value, outstanding)
        state = rules.ended(verdict, campaign.counts)
        await campaigns.move(tx, campaign_id, state)
        if (closed := await campaigns.find(tx, campaign_id)) is not None:
            await announcing.announce(tx, closed)
        return Settled(done=True, state=state.value)


def _reason(verdict: str) -> str:
    return "expired" if verdict == State.EXPIRED.value else "cancelled"
