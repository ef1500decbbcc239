"""A client that knows nothing but server reflection learns the same facts as REST tells."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from tests.contract.house import House
from tests.contract.kinds import TIME
from tests.contract.scene import Things
from tests.support.issuer import Person

# They tell of the request itself, or of the moment.
MOVING = {"next_page_token", "as_of", "lag_seconds", "query_execution_time"}
CONSTANTS = {"success"}
_ENUM = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


@dataclass(frozen=True)
class Client:
    """Knows an address and a token; everything else the server tells."""

    channel: grpc.Channel
    pool: DescriptorPool
    services: list[str]
    person: Person

    def call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        """Calls a method, named as `Service/Method`, with JSON in and out."""
        service, _, name = method.partition("/")
        (full_name,) = (each for each in self.services if each.endswith(f".{service}"))
        described = self.pool.FindServiceByName(full_name).methods_by_name[name]
        asked = message_factory.GetMessageClass(described.input_type)()
        reply = message_factory.GetMessageClass(described.output_type)
        call: Any = self.channel.unary_unary(
            f"/{full_name}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=reply.FromString,
        )
        answer = call(
            json_format.ParseDict(request, asked, descriptor_pool=self.pool),
            metadata=self.person.metadata,
            timeout=10,
        )
        found: dict[str, Any] = json_format.MessageToDict(
            answer,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
            descriptor_pool=self.pool,
        )
        return found


@contextmanager
def _client(address: str, person: Person) -> Iterator[Client]:
    with grpc.insecure_channel(address) as channel:
        known = ProtoReflectionDescriptorDatabase(channel)
        pool = DescriptorPool(known)
        yield Client(channel, pool, list(known.get_services()), person)


def _called(address: str, person: Person, method: str, request: dict[str, Any]) -> dict[str, Any]:
    with _client(address, person) as client:
        return client.call(method, request)


def differences(told: Any, rest: Any, path: str = "it") -> Iterator[str]:
    """Where a reply in protobuf's own JSON and one of REST do not say the same."""
    if isinstance(told, dict) and isinstance(rest, dict):
        for name in sorted((told.keys() | rest.keys()) - MOVING - CONSTANTS):
            yield from differences(told.get(name), rest.get(name), f"{path}.{name}")
    elif isinstance(told, list) and isinstance(rest, list) and len(told) == len(rest):
        for at, pair in enumerate(zip(told, rest, strict=True)):
            yield from differences(*pair, f"{path}[{at}]")
    elif not _same(told, rest):
        yield f"{path}: {told!r} over gRPC, {rest!r} over REST"


def _same(told: Any, rest: Any) -> bool:
    if isinstance(told, str) and TIME.holds(rest):
        return datetime.fromisoformat(told) == datetime.fromisoformat(rest)
    if isinstance(told, str) and _ENUM.fullmatch(told):
        return told.lower().endswith(f"_{rest}") or (rest is None and "UNSPECIFIED" in told)
    return type(told) is type(rest) and bool(told == rest)


@pytest.mark.parametrize(
    ("context", "method", "request_of", "path"),
    [
        ("groups", "GroupService/GetGroup", ("group_id",), "/groups/{group_id}"),
        ("groups", "GroupService/ListGroups", (), "/groups"),
        ("groups", "MemberService/ListMembers", ("group_id",), "/groups/{group_id}/members"),
        ("groups", "ContactService/GetContact", ("contact_id",), "/contacts/{contact_id}"),
        ("groups", "ContactService/ListContacts", (), "/contacts"),
        ("groups", "ImportService/GetImport", ("import_id",), "/imports/{import_id}"),
        ("groups", "PeopleService/GetMe", (), "/me"),
        ("groups", "PeopleService/ListPeople", (), "/people"),
        ("groups", "TenantService/GetTenant", (), "/tenant"),
        ("campaigns", "CampaignService/GetCampaign", ("campaign_id",), "/campaigns/{campaign_id}"),
        ("campaigns", "CampaignService/ListCampaigns", (), "/campaigns"),
        (
            "campaigns",
            "CampaignService/ListRecipients",
            ("campaign_id",),
            "/campaigns/{campaign_id}/recipients",
        ),
        ("campaigns", "SuppressionService/ListSuppressions", (), "/suppressions"),
        ("campaigns", "PolicyService/GetPolicy", (), "/policy"),
        (
            "analytics",
            "AnalyticsService/GetGroupAnalytics",
            ("group_id",),
            "/groups/{group_id}/analytics",
        ),
        ("analytics", "AnalyticsService/GetGroupsAnalytics", (), "/groups/analytics"),
    ],
)
async def test_grpc_and_rest_give_the_same_facts(
    house: House,
    owner: Person,
    clients: dict[str, httpx.AsyncClient],
    things: Things,
    context: str,
    method: str,
    request_of: tuple[str, ...],
    path: str,
) -> None:
    request = {name: things[name] for name in request_of}
    address = house.contexts[context].address

    told = await asyncio.to_thread(_called, address, owner, method, request)
    rest = (await clients["admin"].get(path.format_map(things))).raise_for_status().json()

    assert list(differences(told, rest)) == []
    assert MOVING & told.keys() == MOVING & rest.keys()


async def test_what_is_done_over_grpc_is_seen_over_rest(
    house: House, owner: Person, clients: dict[str, httpx.AsyncClient], things: Things
) -> None:
    order = {
        "name": "By reflection",
        "visibility": "VISIBILITY_ADMINS_ONLY",
        "initial_contact_ids": [things["contact_id"]],
    }

    made = await asyncio.to_thread(
        _called, house.groups.address, owner, "GroupService/CreateGroup", order
    )
    seen = (await clients["admin"].get(f"/groups/{made['id']}")).json()

    assert list(differences(made, seen)) == []
    assert (seen["contact_count"], seen["visibility"]) == (1, "admins_only")


def _services(address: str, person: Person) -> set[str]:
    with _client(address, person) as client:
        return {each for each in client.services if each.startswith("vio.")}


async def test_every_context_tells_of_its_services(house: House, owner: Person) -> None:
    told = {
        name: await asyncio.to_thread(_services, context.address, owner)
        for name, context in house.contexts.items()
    }

    assert {name: len(services) for name, services in told.items()} == {
        "groups": 10,
        "campaigns": 5,
        "analytics": 2,
    }
    assert all("vio.feed.v1.ChangeFeedService" in services for services in told.values())


@pytest.mark.parametrize(
    ("told", "rest"),
    [
        ({"name": "VIP"}, {"name": "Vip"}),
        ({"name": "VIP"}, {}),
        ({}, {"name": "VIP"}),
        ({"count": 1}, {"count": "1"}),
        ({"state": "CAMPAIGN_STATE_RUNNING"}, {"state": "paused"}),
        ({"at": "2026-09-15T13:00:00Z"}, {"at": "2026-09-15T13:00:00.000001Z"}),
        ({"ids": ["a", "b"]}, {"ids": ["a", "c"]}),
        ({"ids": []}, {"ids": None}),
    ],
)
def test_a_planted_difference_is_found(told: Any, rest: Any) -> None:
    assert len(list(differences(told, rest))) == 1
