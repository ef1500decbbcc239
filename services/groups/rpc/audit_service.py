"""Serves the audit."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis import wire
from services.chassis.db import Database
from services.chassis.ids import optional_uuid
from services.chassis.pages import PageTokens
from services.groups.domain.audit import Filter, Recorded
from services.groups.rpc import convert
from services.groups.usecases import audit as usecases
from vio.groups.v1 import audit_service_pb2 as pb
from vio.groups.v1.audit_service_pb2_grpc import AuditServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


class AuditService(AuditServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database, tokens: PageTokens) -> None:
        self._db = db
        self._tokens = tokens

    async def ListAuditEntries(
        self, message: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        page = await usecases.list_entries(
            self._db,
            callers.current.get(),
            self._tokens,
            _filter(message),
            wire.paging(message),
        )
        return pb.ListAuditEntriesResponse(
            entries=map(_entry, page.entries),
            pagination=pb.AuditPagination(
                total_entries=page.pagination.total, **convert.place(page.pagination)
            ),
        )


def _filter(message: pb.ListAuditEntriesRequest) -> Filter:
    return Filter(
        person_id=optional_uuid(message.person_id, "person_id"),
        action=message.action or None,
        group_id=optional_uuid(message.group_id, "group_id"),
        contact_id=optional_uuid(message.contact_id, "contact_id"),
        operation_id=optional_uuid(message.operation_id, "operation_id"),
        start=wire.to_moment(message, "from"),
        end=wire.to_moment(message, "to"),
    )


def _entry(one: Recorded) -> pb.AuditEntry:
    return pb.AuditEntry(
        id=str(one.id),
        at=wire.from_moment(one.at),
        person_id=str(one.person_id),
        person_name=one.person_name or "",
        action=one.action,
        group_id=convert.optional_id(one.group_id),
        contact_id=convert.optional_id(one.contact_id),
        operation_id=convert.optional_id(one.operation_id),
        reason=one.reason,
        changes=map(_change, one.changes),
    )


def _change(change: tuple[str, str | None, str | None]) -> pb.AuditChange:
    field, before, after = change
    return pb.AuditChange(field=field, before=before, after=after)
