"""Somebody at the campaigns context's server, and the engine that would run their campaigns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import grpc

from services.chassis.errors import Unavailable
from tests.support.issuer import Person
from vio.campaigns.v1 import campaign_service_pb2 as pb
from vio.campaigns.v1.campaign_service_pb2_grpc import CampaignServiceStub
from vio.campaigns.v1.policy_service_pb2_grpc import PolicyServiceStub
from vio.campaigns.v1.suppression_service_pb2_grpc import SuppressionServiceStub
from vio.campaigns.v1.webhook_service_pb2_grpc import WebhookServiceStub

_STUBS: tuple[Callable[[Any], Any], ...] = (
    CampaignServiceStub,
    SuppressionServiceStub,
    PolicyServiceStub,
    WebhookServiceStub,
)


@dataclass
class Engine:
    """Remembers what it was told; it can fall silent."""

    silent: bool = False
    told: list[tuple[str, UUID]] = field(default_factory=list)

    async def start(self, tenant_id: UUID, campaign_id: UUID, people: int) -> None:
        self._hear("start", campaign_id)

    async def pause(self, campaign_id: UUID) -> None:
        self._hear("pause", campaign_id)

    async def resume(self, campaign_id: UUID) -> None:
        self._hear("resume", campaign_id)

    async def cancel(self, campaign_id: UUID) -> None:
        self._hear("cancel", campaign_id)

    def _hear(self, word: str, campaign_id: UUID) -> None:
        if self.silent:
            raise Unavailable("UNAVAILABLE", "The engine does not answer.")
        self.told.append((word, campaign_id))


@dataclass(frozen=True)
class Desk:
    """Calls every method by its name, as one person."""

    channel: grpc.aio.Channel
    person: Person

    async def call(self, method: str, message: Any) -> Any:
        for stub in _STUBS:
            if found := getattr(stub(self.channel), method, None):
                return await found(message, metadata=self.person.metadata, timeout=10)
        raise AttributeError(method)

    async def launch(self, group_id: str = "", **fields: Any) -> pb.LaunchCampaignResponse:
        answer: pb.LaunchCampaignResponse = await self.call(
            "LaunchCampaign", order(group_id, **fields)
        )
        return answer

    async def preview(self, group_id: str = "", **fields: Any) -> pb.PreviewCampaignResponse:
        answer: pb.PreviewCampaignResponse = await self.call(
            "PreviewCampaign", order(group_id, **fields)
        )
        return answer

    async def campaign(self, campaign_id: Any) -> pb.Campaign:
        message = pb.GetCampaignRequest(campaign_id=str(campaign_id))
        answer: pb.Campaign = await self.call("GetCampaign", message)
        return answer

    async def campaigns(self, **fields: Any) -> pb.ListCampaignsResponse:
        answer: pb.ListCampaignsResponse = await self.call(
            "ListCampaigns", pb.ListCampaignsRequest(**fields)
        )
        return answer

    async def recipients(self, campaign_id: Any, **fields: Any) -> pb.ListRecipientsResponse:
        message = pb.ListRecipientsRequest(campaign_id=str(campaign_id), **fields)
        answer: pb.ListRecipientsResponse = await self.call("ListRecipients", message)
        return answer

    async def pause(self, campaign_id: Any, **fields: Any) -> pb.Campaign:
        message = pb.PauseCampaignRequest(campaign_id=str(campaign_id), **fields)
        answer: pb.Campaign = await self.call("PauseCampaign", message)
        return answer

    async def resume(self, campaign_id: Any, **fields: Any) -> pb.Campaign:
        message = pb.ResumeCampaignRequest(campaign_id=str(campaign_id), **fields)
        answer: pb.Campaign = await self.call("ResumeCampaign", message)
        return answer

    async def cancel(self, campaign_id: Any, **fields: Any) -> pb.Campaign:
        message = pb.CancelCampaignRequest(campaign_id=str(campaign_id), **fields)
        answer: pb.Campaign = await self.call("CancelCampaign", message)
        return answer


def order(group_id: str = "", **fields: Any) -> pb.LaunchCampaignRequest:
    """An order for an immediate campaign, unless the fields say else."""
    usual: dict[str, Any] = {"group_id": group_id, "call_timing": pb.CALL_TIMING_IMMEDIATE}
    return pb.LaunchCampaignRequest(**(usual | fields))


def state(campaign: pb.Campaign) -> str:
    """The word of a campaign's state."""
    return campaign_state(campaign.state)


def campaign_state(number: Any) -> str:
    descriptor = pb.Campaign.DESCRIPTOR.fields_by_name["state"].enum_type
    assert descriptor is not None
    return str(descriptor.values_by_number[number].name).removeprefix("CAMPAIGN_STATE_").lower()
