"""Reports of the provider: found by the call, learnt once, and never lost silently."""

import hashlib
from dataclasses import dataclass

from services.campaigns.store import webhooks as store
from services.campaigns.telephony import webhooks
from services.campaigns.usecases import calls
from services.chassis import failpoints
from services.chassis.caller import Caller
from services.chassis.db import Database


@dataclass(frozen=True, slots=True)
class Received:
    """Whether the report was about one of our calls."""

    matched: bool


async def receive(db: Database, body: bytes, signature: str, key: str) -> Received:
    """Verifies the raw bytes, finds the attempt, and learns what they say.

    The tenant is found by the call or by the attempt that it names, never taken
    from the report's word.
    """
    webhook = webhooks.read(body, signature, key, db.clock.now())
    digest = hashlib.sha256(body).digest()
    report = webhook.report
    async with db.across_tenants() as tx:
        found = await store.find(tx, report.call_id, report.attempt_id)
    if found is None:
        async with db.transaction(Caller.service(None, "provider")) as tx:
            await store.note_unmatched(tx, report.call_id, webhook.event, digest)
        return Received(matched=False)
    async with db.transaction(Caller.service(found.tenant_id, "provider")) as tx:
        if await store.is_new(tx, report.call_id, webhook.event, digest):
            await calls.learn(tx, found.id, report.known)
    failpoints.hit("after_webhook_commit_before_200")
    return Received(matched=True)
