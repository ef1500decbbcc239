"""How requests arrive at the campaigns context."""

from collections.abc import Callable
from uuid import UUID

import grpc

from services.campaigns.rpc.campaign_service import CampaignService
from services.campaigns.rpc.other_services import (
    PolicyService,
    SuppressionService,
    WebhookService,
)
from services.campaigns.usecases.campaigns import Names
from services.campaigns.usecases.launch import Launching
from services.campaigns.usecases.watching import Bell
from services.chassis.pages import PageTokens
from vio.campaigns.v1.campaign_service_pb2 import DESCRIPTOR as CAMPAIGNS
from vio.campaigns.v1.campaign_service_pb2_grpc import add_CampaignServiceServicer_to_server
from vio.campaigns.v1.policy_service_pb2 import DESCRIPTOR as POLICY
from vio.campaigns.v1.policy_service_pb2_grpc import add_PolicyServiceServicer_to_server
from vio.campaigns.v1.suppression_service_pb2 import DESCRIPTOR as SUPPRESSIONS
from vio.campaigns.v1.suppression_service_pb2_grpc import add_SuppressionServiceServicer_to_server
from vio.campaigns.v1.webhook_service_pb2 import DESCRIPTOR as WEBHOOKS
from vio.campaigns.v1.webhook_service_pb2_grpc import add_WebhookServiceServicer_to_server


def register(
    server: grpc.aio.Server,
    desk: Launching,
    names: Names,
    tokens: PageTokens,
    *,
    provider_key: str,
    is_fresh: Callable[[UUID], bool],
) -> list[str]:
    """Adds every servicer and gives the full names of their services."""
    campaigns = CampaignService(desk, names, tokens, Bell(desk.db), is_fresh)
    add_CampaignServiceServicer_to_server(campaigns, server)
    add_SuppressionServiceServicer_to_server(SuppressionService(desk.db, tokens), server)
    add_PolicyServiceServicer_to_server(PolicyService(desk.db), server)
    add_WebhookServiceServicer_to_server(WebhookService(desk.db, provider_key), server)
    files = (CAMPAIGNS, SUPPRESSIONS, POLICY, WEBHOOKS)
    return [each.full_name for file in files for each in file.services_by_name.values()]
