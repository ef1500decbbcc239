"""Calls groups' AudienceService; what it refuses is refused likewise."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import grpc

from services.campaigns.domain.audience import Audience, Group, Sheet, Wanted
from services.campaigns.domain.contactability import DialFacts
from services.chassis import errors, status
from vio.groups.v1 import audience_service_pb2 as pb
from vio.groups.v1 import group_pb2, selection_pb2
from vio.groups.v1.audience_service_pb2_grpc import AudienceServiceStub

Reply = TypeVar("Reply")

_TIMEOUT = 5.0
_PATIENCE_FOR_NAMES = 2.0
_KINDS = {code: kind for kind, code in status.CODES.items()}


@dataclass(frozen=True, slots=True)
class GroupsClient:
    """The stub over a channel that signs as campaigns and brings the waiting person along."""

    stub: Any

    async def freeze(self, tenant_id: UUID, wanted: Wanted) -> Audience:
        """The audience as it is now, at most `wanted.limit` people."""
        selection = selection_pb2.Selection.FromString(wanted.selection)
        selection.ids.extend(map(str, wanted.contact_ids))
        request = pb.FreezeAudienceRequest(
            tenant_id=str(tenant_id),
            group_id=str(wanted.group_id) if wanted.group_id else "",
            selection=selection,
            limit=wanted.limit,
            selection_token=wanted.selection_token,
        )
        reply = await _answered(self.stub.FreezeAudience(request, timeout=_TIMEOUT))
        group = _group(reply.group) if reply.HasField("group") else None
        return Audience(tuple(map(_facts, reply.contacts)), _moment(reply.as_of), group)

    async def dial_facts(
        self, tenant_id: UUID, contact_ids: Sequence[UUID], group_id: UUID | None
    ) -> Sheet:
        """The facts of this moment about the people of a batch."""
        request = pb.GetDialFactsRequest(
            tenant_id=str(tenant_id),
            contact_ids=map(str, contact_ids),
            group_id=str(group_id) if group_id else "",
        )
        reply = await _answered(self.stub.GetDialFacts(request, timeout=_TIMEOUT))
        people = {UUID(each.contact_id): _facts(each) for each in reply.contacts}
        return Sheet(people, reply.group_deleted)

    async def names(self, tenant_id: UUID, contact_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """The names that the waiting person may see; none while groups does not answer."""
        request = pb.GetContactNamesRequest(
            tenant_id=str(tenant_id), contact_ids=map(str, contact_ids)
        )
        try:
            reply = await _answered(self.stub.GetContactNames(request, timeout=_PATIENCE_FOR_NAMES))
        except (errors.Unavailable, errors.TooLate):
            return {}
        return {UUID(key): name for key, name in reply.names.items()}


def contacts(channel: grpc.aio.Channel) -> GroupsClient:
    """The client over a channel."""
    return GroupsClient(AudienceServiceStub(channel))


async def _answered(call: Awaitable[Reply]) -> Reply:
    """The reply; a refusal stays what it was, everything else is no answer."""
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        failure = status.of_error(error)
        kind = _KINDS.get(failure.code)
        if kind is None or not failure.reason:
            raise errors.unavailable("groups service") from error
        refusal = kind(
            failure.reason,
            failure.message,
            violations=failure.violations,
            retry_after=failure.retry_after,
        )
        refusal.facts = failure.facts
        raise refusal from error


def _group(message: pb.AudienceGroup) -> Group:
    visibility = group_pb2.Visibility.Name(message.visibility).removeprefix("VISIBILITY_").lower()
    people = tuple(map(UUID, message.permitted_users))
    return Group(UUID(message.id), message.name, message.color, visibility, people)


def _facts(message: pb.DialFacts) -> DialFacts:
    word = group_pb2.AppointmentStatus.Name(message.appointment_status)
    has_time = message.HasField("appointment_time")
    has_hours = message.HasField("call_before_hours")
    return DialFacts(
        contact_id=UUID(message.contact_id),
        deleted=message.deleted,
        phone=message.phone,
        timezone=message.timezone,
        language=message.language,
        consent_basis=message.consent_basis,
        appointment_time=_moment(message.appointment_time) if has_time else None,
        appointment_status=word.removeprefix("APPOINTMENT_STATUS_").lower(),
        appointment_type=message.appointment_type,
        call_before_hours=message.call_before_hours if has_hours else None,
        member=message.member,
        name=message.name,
        owner_name=message.owner_name,
    )


def _moment(stamp: Any) -> datetime:
    moment: datetime = stamp.ToDatetime(UTC)
    return moment
