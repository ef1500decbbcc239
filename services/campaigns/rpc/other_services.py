"""Suppressions, policy and webhooks over gRPC."""

from dataclasses import dataclass
from datetime import time
from typing import Any

import grpc

from services.campaigns.domain.suppressions import Suppression
from services.campaigns.usecases import campaigns, suppressions, webhooks
from services.chassis import caller as callers
from services.chassis import wire
from services.chassis.db import Database
from services.chassis.pages import PageTokens
from vio.campaigns.v1 import policy_service_pb2 as policy_pb
from vio.campaigns.v1 import suppression_service_pb2 as pb
from vio.campaigns.v1 import webhook_service_pb2 as webhook_pb
from vio.campaigns.v1.policy_service_pb2_grpc import PolicyServiceServicer
from vio.campaigns.v1.suppression_service_pb2_grpc import SuppressionServiceServicer
from vio.campaigns.v1.webhook_service_pb2_grpc import WebhookServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class SuppressionService(SuppressionServiceServicer):
    """Translates; every rule is below."""

    db: Database
    tokens: PageTokens

    async def AddSuppression(
        self, message: pb.AddSuppressionRequest, context: Context
    ) -> pb.Suppression:
        request = wire.request("AddSuppression", message)
        caller = callers.current.get()
        return _suppression(
            await suppressions.add_suppression(
                self.db, caller, request, message.phone, message.reason
            )
        )

    async def ListSuppressions(
        self, message: pb.ListSuppressionsRequest, context: Context
    ) -> pb.ListSuppressionsResponse:
        page = await suppressions.list_suppressions(
            self.db, callers.current.get(), self.tokens, wire.paging(message)
        )
        return pb.ListSuppressionsResponse(
            suppressions=map(_suppression, page.suppressions),
            total=page.total,
            next_page_token=page.next_page_token,
        )

    async def RemoveSuppression(
        self, message: pb.RemoveSuppressionRequest, context: Context
    ) -> pb.RemoveSuppressionResponse:
        request, caller = wire.request("RemoveSuppression", message), callers.current.get()
        await suppressions.remove_suppression(
            self.db, caller, request, message.phone, message.reason
        )
        return pb.RemoveSuppressionResponse()


@dataclass(frozen=True, slots=True)
class PolicyService(PolicyServiceServicer):
    """Translates; every rule is below."""

    db: Database

    async def GetPolicy(
        self, message: policy_pb.GetPolicyRequest, context: Context
    ) -> policy_pb.CallingPolicy:
        policy = await campaigns.get_policy(self.db, callers.current.get())
        limits, daytime = policy.limits, policy.hours.daytime
        return policy_pb.CallingPolicy(
            calls_per_window=limits.calls,
            window_minutes=int(limits.window.total_seconds() // 60),
            batch_size=limits.batch,
            batch_gap_seconds=int(limits.gap.total_seconds()),
            live_campaigns=policy.live_campaigns,
            opens_at=_clock(daytime.opens),
            closes_at=_clock(daytime.closes),
            timezone=policy.hours.zone,
            calls_a_day=policy.calls_a_day,
            calls_a_week=policy.calls_a_week,
            caller_ids=policy.caller_ids,
            cost_per_call=policy.cost_per_call,
        )


@dataclass(frozen=True, slots=True)
class WebhookService(WebhookServiceServicer):
    """Translates; every rule is below."""

    db: Database
    key: str

    async def ReceiveWebhook(
        self, message: webhook_pb.ReceiveWebhookRequest, context: Context
    ) -> webhook_pb.ReceiveWebhookResponse:
        received = await webhooks.receive(self.db, message.body, message.signature, self.key)
        return webhook_pb.ReceiveWebhookResponse(matched=received.matched)


def _suppression(row: Suppression) -> pb.Suppression:
    return pb.Suppression(
        phone=row.phone,
        source=row.source,
        reason=row.reason,
        created_at=wire.from_moment(row.created_at),
    )


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")
