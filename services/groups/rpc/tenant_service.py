"""Tenants over gRPC."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis import wire
from services.chassis.db import Database
from services.chassis.ids import new_id, optional_uuid
from services.groups.domain import errors
from services.groups.domain.tenants import BusinessType
from services.groups.rpc import contact_convert
from services.groups.usecases import tenants
from services.groups.usecases.tenants import UpdateTenant
from vio.groups.v1 import tenant_pb2
from vio.groups.v1 import tenant_service_pb2 as pb
from vio.groups.v1.tenant_service_pb2_grpc import TenantServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]
_DEFAULTS = {"default_country": "US", "currency": "USD"}


class TenantService(TenantServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def CreateTenant(
        self, message: pb.CreateTenantRequest, context: Context
    ) -> tenant_pb2.Tenant:
        tenant_id = optional_uuid(message.id, "id") or new_id()
        values = {
            name: value or _DEFAULTS.get(name, value) for name, value in _given(message).items()
        }
        values["medical"] = message.medical
        made = await tenants.create_tenant(
            self._db,
            callers.current.get(),
            wire.request("CreateTenant", message),
            tenant_id,
            values,
        )
        return contact_convert.tenant(made)

    async def GetTenant(self, message: pb.GetTenantRequest, context: Context) -> tenant_pb2.Tenant:
        return contact_convert.tenant(await tenants.get_tenant(self._db, callers.current.get()))

    async def UpdateTenant(
        self, message: pb.UpdateTenantRequest, context: Context
    ) -> tenant_pb2.Tenant:
        given = _given(message) | {
            "retention_days": message.retention_days,
            "undo_window_minutes": message.undo_window_minutes,
        }
        for name in message.update_mask.paths:
            if name not in given:
                raise errors.field_unknown(name, given)
        order = UpdateTenant(
            {name: given[name] for name in message.update_mask.paths}, message.etag
        )
        request = wire.request("UpdateTenant", message)
        caller = callers.current.get()
        return contact_convert.tenant(await tenants.update_tenant(self._db, caller, request, order))


def _given(message: Any) -> dict[str, Any]:
    trade = wire.to_word(
        tenant_pb2.BusinessType, message.business_type, BusinessType, "business_type"
    )
    has_value = message.HasField("average_appointment_value")
    return {
        "name": message.name,
        "business_type": trade or BusinessType.GENERAL,
        "timezone": message.timezone,
        "default_country": message.default_country,
        "medical": message.medical,
        "currency": message.currency,
        "average_appointment_value": message.average_appointment_value if has_value else None,
    }
