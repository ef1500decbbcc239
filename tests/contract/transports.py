"""One request over gRPC and over REST, and what either refusal says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from sqlalchemy import Table, select

from services.campaigns.store import tables as of_campaigns
from services.chassis import status
from services.chassis import tables as of_everybody
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.groups.store import tables as of_groups
from tests.contract.house import House

# They follow the other contexts' feeds, in their own time.
_LEARNED = {"group_views", "suppressed_phones", "tenant_profiles"}
_COMMON = (of_everybody.outbox, of_everybody.requests)
_SHARED = {"tenants", "unmatched_webhooks"}


@dataclass(frozen=True)
class Refused:
    """A refusal, whichever way it came."""

    words: str
    reason: str
    facts: dict[str, str]
    violations: list[tuple[str, str, str]]
    retry_after: float | None = None


async def over_grpc(
    house: House, message: Message, token: str | None
) -> tuple[grpc.StatusCode, Refused]:
    """Calls the method that takes the message, and gives its refusal."""
    described: Any = message.DESCRIPTOR
    (method,) = (
        f"/{service.full_name}/{each.name}"
        for service in described.file.services_by_name.values()
        for each in service.methods
        if each.input_type is described and not each.name.startswith("Preview")
    )
    call: Any = house.contexts[described.full_name.split(".")[1]].channel.unary_unary(
        method, request_serializer=lambda sent: sent.SerializeToString()
    )
    metadata = () if token is None else (("authorization", f"Bearer {token}"),)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call(message, metadata=metadata, timeout=10)
    failure = status.of_error(error.value)
    named = [(each.field, each.rule, each.limit) for each in failure.violations]
    return failure.code, Refused(
        failure.message, failure.reason, failure.facts, named, failure.retry_after
    )


def over_rest(answer: httpx.Response) -> Refused:
    """The refusal that a problem tells of."""
    found = answer.json()
    named = [(each["field"], each["rule"], each["limit"]) for each in found["errors"]]
    after = answer.headers.get("retry-after")
    return Refused(
        found["detail"], found["reason"], found["facts"], named, float(after) if after else None
    )


def message(kind: type[Message], told: Any) -> Message:
    return json_format.ParseDict(dict(told), kind())


async def rows(house: House, caller: Caller) -> dict[str, list[str]]:
    """Everything that is stored of a tenant, but what feeds bring."""
    groups = _tables(of_groups.metadata.sorted_tables)
    return {
        **await _rows(house.groups.db, caller, groups),
        **await rows_of_campaigns(house, caller),
    }


async def hear(house: House, caller: Caller, phones: Sequence[str]) -> None:
    """Waits until groups has heard of these suppressed phones, and of all that came before."""
    table = of_groups.suppressed_phones
    async with asyncio.timeout(20):
        while True:
            async with house.groups.db.transaction(caller) as tx:
                heard = await tx.fetch_values(select(table.c.phone))
            if set(phones) <= set(heard):
                return
            await asyncio.sleep(0.05)


async def rows_of_campaigns(house: House, caller: Caller) -> dict[str, list[str]]:
    campaigns = _tables(of_campaigns.metadata.sorted_tables)
    return await _rows(house.campaigns.db, caller, campaigns)


def _tables(own: Sequence[Table]) -> list[Table]:
    return [each for each in (*own, *_COMMON) if each.name not in _SHARED]


async def _rows(db: Database, caller: Caller, tables: Sequence[Table]) -> dict[str, list[str]]:
    found = {}
    async with db.transaction(caller) as tx:
        for table in tables:
            if table.name not in _LEARNED:
                listed = await tx.fetch_all(dict, select(*table.c))
                found[f"{id(db)}.{table.name}"] = sorted(map(str, listed))
    return found
