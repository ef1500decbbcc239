"""Takes up what an earlier worker left: claims it never fenced, requests of unknown fate."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

from services.campaigns.domain.calls import untraceable
from services.campaigns.store import attempts, pending, windows
from services.campaigns.store.attempts import Attempt, Claim
from services.campaigns.telephony.retell import LEAVES_WITHIN
from services.campaigns.usecases import calls, together
from services.campaigns.usecases.desk import Desk, Work
from services.campaigns.usecases.placing import FENCE_SECONDS

KEY_LASTS = timedelta(minutes=55)  # real time; the provider keeps a key for an hour
MARGIN = LEAVES_WITHIN + 0.3


async def recover(desk: Desk, work: Work, *, redial: bool) -> tuple[Claim, ...]:
    """What is to be sent once more with its key; everything else is settled here.

    Claims that nobody fenced go back in line. Fenced ones are looked up at the
    provider: a call that exists is adopted, one that does not is sent again while
    its key lasts and `redial` allows, and is left to a person otherwise.
    """
    async with desk.db.transaction(work.caller) as tx:
        dropped = await attempts.drop_claims_of_others(tx, work.campaign_id, work.token)
        await windows.give_back(tx, attempts.ids_of(dropped))
        people = [claim.contact_id for claim in dropped]
        await pending.pending_again(tx, work.campaign_id, people)
        left = await attempts.dialing(tx, work.campaign_id)
    found = await together.each(left, partial(_resolve, desk, work, redial=redial))
    return tuple(claim for claim in found if claim is not None)


async def _resolve(desk: Desk, work: Work, attempt: Attempt, *, redial: bool) -> Claim | None:
    patience = MARGIN if redial else MARGIN + desk.telephone.timeout
    await asyncio.sleep(_until_harmless(attempt, patience))
    async with desk.db.transaction(work.caller) as tx:
        if not await attempts.adopt(tx, attempt, work.token):
            return None
    report = await desk.telephone.find(attempt.id)
    if report is None and redial and _key_is_fresh(attempt):
        return Claim(attempt.id, attempt.contact_id, attempt.n, attempt.first_sent_at)
    async with desk.db.transaction(work.caller) as tx:
        await calls.learn(tx, attempt.id, report.known if report else untraceable())
    return None


def _until_harmless(attempt: Attempt, patience: float) -> float:
    """Real seconds until the worker that fenced it can send nothing any more."""
    if attempt.fenced_at is None:
        return 0.0
    age = (datetime.now(UTC) - attempt.fenced_at).total_seconds()
    return max(0.0, FENCE_SECONDS + patience - max(age, 0.0))


def _key_is_fresh(attempt: Attempt) -> bool:
    first = attempt.first_sent_at
    return first is not None and datetime.now(UTC) - first < KEY_LASTS
