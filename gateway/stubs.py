"""The contexts' services as the gateway calls them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from vio.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceStub
from vio.campaigns.v1.campaign_service_pb2_grpc import CampaignServiceStub
from vio.campaigns.v1.policy_service_pb2_grpc import PolicyServiceStub
from vio.campaigns.v1.suppression_service_pb2_grpc import SuppressionServiceStub
from vio.campaigns.v1.webhook_service_pb2_grpc import WebhookServiceStub
from vio.groups.v1.audit_service_pb2_grpc import AuditServiceStub
from vio.groups.v1.contact_service_pb2_grpc import ContactServiceStub
from vio.groups.v1.group_service_pb2_grpc import GroupServiceStub
from vio.groups.v1.import_service_pb2_grpc import ImportServiceStub
from vio.groups.v1.member_service_pb2_grpc import MemberServiceStub
from vio.groups.v1.people_service_pb2_grpc import PeopleServiceStub
from vio.groups.v1.selection_service_pb2_grpc import SelectionServiceStub
from vio.groups.v1.tenant_service_pb2_grpc import TenantServiceStub

if TYPE_CHECKING:
    from vio.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceAsyncStub
    from vio.campaigns.v1.campaign_service_pb2_grpc import CampaignServiceAsyncStub
    from vio.campaigns.v1.policy_service_pb2_grpc import PolicyServiceAsyncStub
    from vio.campaigns.v1.suppression_service_pb2_grpc import SuppressionServiceAsyncStub
    from vio.campaigns.v1.webhook_service_pb2_grpc import WebhookServiceAsyncStub
    from vio.groups.v1.audit_service_pb2_grpc import AuditServiceAsyncStub
    from vio.groups.v1.contact_service_pb2_grpc import ContactServiceAsyncStub
    from vio.groups.v1.group_service_pb2_grpc import GroupServiceAsyncStub
    from vio.groups.v1.import_service_pb2_grpc import ImportServiceAsyncStub
    from vio.groups.v1.member_service_pb2_grpc import MemberServiceAsyncStub
    from vio.groups.v1.people_service_pb2_grpc import PeopleServiceAsyncStub
    from vio.groups.v1.selection_service_pb2_grpc import SelectionServiceAsyncStub
    from vio.groups.v1.tenant_service_pb2_grpc import TenantServiceAsyncStub


@dataclass(frozen=True, slots=True)
class Channels:
    """One channel to each context; `background` signs as the gateway itself."""

    groups: grpc.aio.Channel
    campaigns: grpc.aio.Channel
    analytics: grpc.aio.Channel
    background: grpc.aio.Channel


@dataclass(frozen=True, slots=True)
class Stubs:
    """One stub for each service; `webhooks` and `watch` ask as the gateway itself."""

    groups: GroupServiceAsyncStub
    members: MemberServiceAsyncStub
    audit: AuditServiceAsyncStub
    selections: SelectionServiceAsyncStub
    contacts: ContactServiceAsyncStub
    tenants: TenantServiceAsyncStub
    people: PeopleServiceAsyncStub
    imports: ImportServiceAsyncStub
    campaigns: CampaignServiceAsyncStub
    suppressions: SuppressionServiceAsyncStub
    policy: PolicyServiceAsyncStub
    analytics: AnalyticsServiceAsyncStub
    webhooks: WebhookServiceAsyncStub
    watch: CampaignServiceAsyncStub

    @staticmethod
    def over(channels: Channels) -> Stubs:
        return Stubs(
            groups=GroupServiceStub(channels.groups),
            members=MemberServiceStub(channels.groups),
            audit=AuditServiceStub(channels.groups),
            selections=SelectionServiceStub(channels.groups),
            contacts=ContactServiceStub(channels.groups),
            tenants=TenantServiceStub(channels.groups),
            people=PeopleServiceStub(channels.groups),
            imports=ImportServiceStub(channels.groups),
            campaigns=CampaignServiceStub(channels.campaigns),
            suppressions=SuppressionServiceStub(channels.campaigns),
            policy=PolicyServiceStub(channels.campaigns),
            analytics=AnalyticsServiceStub(channels.analytics),
            webhooks=WebhookServiceStub(channels.background),
            watch=CampaignServiceStub(channels.background),
        )
