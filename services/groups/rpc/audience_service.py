"""The audience of campaigns over gRPC, for machines."""

from typing import Any
from uuid import UUID

import grpc

from services.chassis import caller as callers
from services.chassis import wire
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import optional_uuid, to_uuid
from services.groups.domain import errors, members
from services.groups.domain.audience import Facts
from services.groups.domain.groups import Group
from services.groups.domain.selections import Selection
from services.groups.rpc import convert
from services.groups.usecases import audience
from services.groups.usecases.audience import Asked
from vio.groups.v1 import audience_service_pb2 as pb
from vio.groups.v1 import group_pb2
from vio.groups.v1.audience_service_pb2_grpc import AudienceServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]
_LIMIT = 100_000


class AudienceService(AudienceServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def FreezeAudience(
        self, message: pb.FreezeAudienceRequest, context: Context
    ) -> pb.FreezeAudienceResponse:
        if not 1 <= message.limit <= _LIMIT:
            raise errors.out_of_rule("limit", f"a number from 1 to {_LIMIT}")
        selection = Selection()
        if message.HasField("selection"):
            selection = convert.to_selection(message.selection)
        group_id = optional_uuid(message.group_id, "group_id")
        asked = Asked(group_id, selection, message.limit, message.selection_token)
        frozen = await audience.freeze(self._db, _acting(message.tenant_id), asked)
        return pb.FreezeAudienceResponse(
            group=_group(frozen.group) if frozen.group else None,
            contacts=map(_facts, frozen.contacts),
            as_of=wire.from_moment(frozen.as_of),
        )

    async def GetDialFacts(
        self, message: pb.GetDialFactsRequest, context: Context
    ) -> pb.GetDialFactsResponse:
        known = await audience.dial_facts(
            self._db,
            _acting(message.tenant_id),
            _ids(message.contact_ids),
            optional_uuid(message.group_id, "group_id"),
        )
        return pb.GetDialFactsResponse(
            contacts=map(_facts, known.contacts),
            group_deleted=known.group_deleted,
            as_of=wire.from_moment(known.as_of),
        )

    async def GetContactNames(
        self, message: pb.GetContactNamesRequest, context: Context
    ) -> pb.GetContactNamesResponse:
        caller, asked = _acting(message.tenant_id), _ids(message.contact_ids)
        names = await audience.names(self._db, caller, asked)
        return pb.GetContactNamesResponse(names={str(key): name for key, name in names.items()})


def _acting(tenant_id: str) -> Caller:
    """The service in the tenant it names, or the person it brought, in theirs only."""
    caller, tenant = callers.current.get(), to_uuid(tenant_id, "tenant_id")
    if caller.is_machine:
        return caller.for_tenant(tenant)
    if caller.tenant_id != tenant:
        raise errors.no_group()
    return caller


def _ids(texts: Any) -> tuple[UUID, ...]:
    return members.distinct(wire.to_uuids(texts, "contact_ids"))


def _group(shown: Group) -> pb.AudienceGroup:
    return pb.AudienceGroup(
        id=str(shown.id),
        name=shown.name,
        color=shown.fields.color,
        visibility=wire.from_word(group_pb2.Visibility, shown.visibility),
        permitted_users=sorted(map(str, shown.permitted_users)),
    )


def _facts(known: Facts) -> pb.DialFacts:
    return pb.DialFacts(
        contact_id=str(known.id),
        deleted=known.deleted,
        phone=known.phone,
        timezone=known.timezone,
        language=known.language,
        consent_basis=known.consent_basis,
        appointment_time=wire.from_moment(known.appointment_time),
        appointment_status=wire.from_word(group_pb2.AppointmentStatus, known.appointment_status),
        call_before_hours=known.call_before_hours,
        member=known.member,
        name=known.name,
        appointment_type=known.appointment_type,
        owner_name=known.owner_name,
    )
