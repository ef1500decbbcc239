"""The telephone line of a tenant: calls that were placed, and what the provider says of them."""

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from retell.lib import webhook_auth
from sqlalchemy import select

from services.campaigns.domain import calls as facts
from services.campaigns.store import attempts, live, pending, tables, windows
from services.campaigns.usecases import calls, holding
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.campaigns.desk import Desk
from tests.support.simulator import KEY
from vio.campaigns.v1 import webhook_service_pb2 as pb


@dataclass(frozen=True)
class Call:
    """A call that the provider took."""

    id: str
    attempt_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class Line:
    """Places calls as the dispatcher does, and reports them as the provider does."""

    db: Database
    caller: Caller
    gateway: Desk

    async def dial(self, campaign_id: str, people: int = 1) -> list[Call]:
        """Calls the next people of a campaign; the provider takes every call."""
        campaign, number = UUID(campaign_id), "+12125550199"
        async with self.db.transaction(self.caller) as tx:
            chosen = await pending.candidates(tx, campaign, tx.now, people)
            who = [each.contact_id for each in chosen]
            claims = await attempts.claim(tx, campaign, who, "here", tx.now)
            await pending.in_call(tx, campaign, who)
            await windows.take(tx, attempts.ids_of(claims), tx.now)
            await live.started(tx, campaign)
            await live.running(tx, campaign)
            await holding.moved(tx, campaign)
            placed = [Call(f"call_{new_id().hex}", each.id, each.contact_id) for each in claims]
            for call in placed:
                await attempts.fence(tx, call.attempt_id, "here", number)
                await calls.learn(tx, call.attempt_id, facts.placed(call.id, tx.now))
        return placed

    async def ended(self, call: Call, reason: str = "dial_no_answer", **more: Any) -> bool:
        """The provider says how a call ended; whether it was one of ours."""
        return await self.report("call_ended", call, disconnection_reason=reason, **more)

    async def analyzed(self, call: Call, action: str = "none", **more: Any) -> bool:
        """The provider says what was spoken; whether it was one of ours."""
        analysis = {"custom_analysis_data": {"appointment_action": action}}
        told = {"disconnection_reason": "user_hangup", "duration_ms": 42_000} | more
        return await self.report("call_analyzed", call, call_analysis=analysis, **told)

    async def report(self, event: str, call: Call, **more: Any) -> bool:
        told = {"call_id": call.id, "metadata": {"attempt_id": str(call.attempt_id)}}
        body = json.dumps({"event": event, "call": told | more})
        answer = await self.gateway.call("ReceiveWebhook", webhook(body))
        return bool(answer.matched)

    async def attempt(self, call: Call) -> dict[str, Any]:
        """What is known of a call."""
        table = tables.attempts.c
        columns = (table.state, table.outcome, table.version, table.appointment_action)
        async with self.db.transaction(self.caller) as tx:
            found = await tx.fetch_one(dict, select(*columns).where(table.id == call.attempt_id))
        assert found is not None
        return found


def webhook(body: str, *, key: str = KEY, age: float = 0) -> pb.ReceiveWebhookRequest:
    """A webhook as it arrives, signed so many seconds ago."""
    moment = int((time.time() - age) * 1000)
    signature = str(webhook_auth.symmetric["sign"](body, key, moment))
    return pb.ReceiveWebhookRequest(body=body.encode(), signature=signature)
