"""Campaigns over gRPC."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc

from services.campaigns.domain import errors, launching
from services.campaigns.domain.audience import Wanted
from services.campaigns.domain.campaigns import (
    MESSAGE_LENGTH,
    MOST_PEOPLE,
    NAME_LENGTH,
    Priority,
    RecipientState,
    State,
    Timing,
)
from services.campaigns.domain.launching import TIMINGS_OF, Order
from services.campaigns.domain.outcomes import Outcome
from services.campaigns.rpc import convert
from services.campaigns.usecases import campaigns, control, launch, watching
from services.campaigns.usecases.campaigns import Names
from services.campaigns.usecases.control import Control
from services.campaigns.usecases.launch import Launching
from services.campaigns.usecases.watching import Bell
from services.chassis import caller as callers
from services.chassis import texts, wire
from services.chassis.ids import optional_uuid, to_uuid
from services.chassis.pages import PageTokens
from vio.campaigns.v1 import campaign_pb2
from vio.campaigns.v1 import campaign_service_pb2 as pb
from vio.campaigns.v1.campaign_service_pb2_grpc import CampaignServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class CampaignService(CampaignServiceServicer):
    """Translates; every rule is below."""

    desk: Launching
    names: Names
    tokens: PageTokens
    bell: Bell
    is_fresh: Callable[[UUID], bool]

    async def PreviewCampaign(
        self, message: pb.LaunchCampaignRequest, context: Context
    ) -> pb.PreviewCampaignResponse:
        found = await launch.preview(self.desk, callers.current.get(), _order(message))
        forecast = found.forecast
        return pb.PreviewCampaignResponse(
            will_call=found.will_call,
            excluded_by_reason=[
                pb.Exclusion(reason=each.reason, count=each.count, examples=map(str, each.examples))
                for each in found.exclusions
            ],
            starts_at=wire.from_moment(forecast.starts_at if forecast else None),
            finish_p50=wire.from_moment(forecast.finish_p50 if forecast else None),
            finish_worst=wire.from_moment(forecast.finish_worst if forecast else None),
            batches=forecast.batches if forecast else 0,
            cost=found.cost,
            live_campaigns=found.live_campaigns,
            warnings=found.warnings,
            expected_count=found.will_call,
        )

    async def LaunchCampaign(
        self, message: pb.LaunchCampaignRequest, context: Context
    ) -> pb.LaunchCampaignResponse:
        request = wire.request("LaunchCampaign", message)
        caller = callers.current.get()
        launched = await launch.launch(self.desk, caller, request, _order(message))
        return pb.LaunchCampaignResponse(
            campaign_id=str(launched.campaign_id),
            group_name=launched.group_name,
            total_members=launched.total,
            call_type=wire.from_word(pb.CallTiming, launched.timing),
            estimated_completion=wire.from_moment(launched.estimated_completion),
            status_endpoint=f"/api/groups/campaigns/{launched.campaign_id}/status",
            message=f"Bulk call campaign started for {launched.total} members",
        )

    async def GetCampaign(self, message: pb.GetCampaignRequest, context: Context) -> pb.Campaign:
        campaign_id = to_uuid(message.campaign_id, "campaign_id")
        caller = self._caller()
        return convert.campaign(await campaigns.get_campaign(self.desk.db, caller, campaign_id))

    async def ListCampaigns(
        self, message: pb.ListCampaignsRequest, context: Context
    ) -> pb.ListCampaignsResponse:
        page = await campaigns.list_campaigns(
            self.desk.db,
            self._caller(),
            self.tokens,
            wire.to_word(campaign_pb2.CampaignState, message.state, State, "state"),
            optional_uuid(message.group_id, "group_id"),
            wire.paging(message),
        )
        return pb.ListCampaignsResponse(
            campaigns=map(convert.campaign, page.campaigns),
            pagination=convert.pagination(page.pagination),
        )

    async def ListRecipients(
        self, message: pb.ListRecipientsRequest, context: Context
    ) -> pb.ListRecipientsResponse:
        page = await campaigns.list_recipients(
            self.desk.db,
            self._caller(),
            self.tokens,
            self.names,
            to_uuid(message.campaign_id, "campaign_id"),
            wire.to_word(pb.RecipientState, message.state, RecipientState, "state"),
            wire.to_word(campaign_pb2.Outcome, message.outcome, Outcome, "outcome"),
            wire.paging(message),
        )
        return pb.ListRecipientsResponse(
            recipients=[convert.recipient(row, page.names) for row in page.recipients],
            pagination=convert.pagination(page.pagination),
        )

    async def PauseCampaign(
        self, message: pb.PauseCampaignRequest, context: Context
    ) -> pb.Campaign:
        return await self._controlled(control.pause, "PauseCampaign", message, stop_now=False)

    async def ResumeCampaign(
        self, message: pb.ResumeCampaignRequest, context: Context
    ) -> pb.Campaign:
        return await self._controlled(control.resume, "ResumeCampaign", message, stop_now=False)

    async def CancelCampaign(
        self, message: pb.CancelCampaignRequest, context: Context
    ) -> pb.Campaign:
        stop_now = message.mode == pb.CANCEL_MODE_STOP_NOW
        return await self._controlled(control.cancel, "CancelCampaign", message, stop_now=stop_now)

    async def WatchCampaign(
        self, message: pb.WatchCampaignRequest, context: Context
    ) -> AsyncIterator[pb.WatchCampaignResponse]:
        caller = _acting(message.tenant_id)
        campaign_id = to_uuid(message.campaign_id, "campaign_id")
        async for step in watching.watch(self.desk.db, self.bell, caller, campaign_id):
            yield convert.step(step)

    async def _controlled(
        self, use_case: Any, method: str, message: Any, *, stop_now: bool
    ) -> pb.Campaign:
        campaign_id, reason = to_uuid(message.campaign_id, "campaign_id"), message.reason
        order = Control(campaign_id, texts.reason(reason), stop_now)
        request, caller = wire.request(method, message), self._caller()
        await use_case(self.desk.db, caller, request, self.desk.workflows, order)
        shown = await campaigns.get_campaign(self.desk.db, caller, order.campaign_id)
        return convert.campaign(shown)

    def _caller(self) -> callers.Caller:
        """Staff see nothing while it is not sure which groups they may see."""
        caller = callers.current.get()
        if caller.is_admin or caller.is_machine:
            return caller
        if caller.tenant_id is None or not self.is_fresh(caller.tenant_id):
            raise errors.out_of_date()
        return caller


def _acting(tenant_id: str) -> callers.Caller:
    """The service in the tenant it names, or the person it brought, in theirs only."""
    caller, tenant = callers.current.get(), to_uuid(tenant_id, "tenant_id")
    if caller.is_machine:
        return caller.for_tenant(tenant)
    if caller.tenant_id != tenant:
        raise errors.no_campaign()
    return caller


def _order(message: Any) -> Order:
    timing = wire.to_word(pb.CallTiming, message.call_timing, Timing, "call_timing")
    if timing is None:
        raise errors.timing_not_given()
    launching.refuse_fields_of_others(
        timing, [name for name in TIMINGS_OF if _is_given(message, name)]
    )
    selection = message.selection.SerializeToString() if message.HasField("selection") else b""
    wanted = Wanted(
        optional_uuid(message.group_id, "group_id"),
        wire.to_uuids(message.contact_ids, "contact_ids"),
        selection,
        MOST_PEOPLE,
        message.selection_token,
    )
    return Order(
        wanted=wanted,
        timing=timing,
        name=texts.line(message.campaign_name, "campaign_name", limit=NAME_LENGTH),
        custom_message=texts.paragraph(
            message.custom_message_addition, "custom_message_addition", limit=MESSAGE_LENGTH
        ),
        priority=wire.to_word(pb.PriorityLevel, message.priority_level, Priority, "priority_level")
        or Priority.NORMAL,
        expires_at=wire.to_moment(message, "expires_at"),
        expected_count=message.expected_count if message.HasField("expected_count") else None,
    )


def _is_given(message: Any, field: str) -> bool:
    """Whether a field says something, be it a switch or a field that can be absent."""
    if pb.LaunchCampaignRequest.DESCRIPTOR.fields_by_name[field].has_presence:
        return bool(message.HasField(field))
    return bool(getattr(message, field))
