"""Every RPC against every kind of caller, generated from the contracts."""

import importlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import httpx
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

import vio
from deploy.local.demo import seeding
from deploy.local.demo.api import Api
from deploy.local.settings import Ports, Secrets, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack, running
from tests.authz import expected
from tests.support.ports import free_block

PARTS = ("postgres", "temporal", "issuer", "groups", "campaigns", "analytics", "gateway")
DENIED = grpc.StatusCode.PERMISSION_DENIED


def _methods() -> Iterator[MethodDescriptor]:
    root = Path(next(iter(vio.__path__)))
    for file in sorted(root.rglob("*_service_pb2.py")):
        name = ".".join(("vio", *file.relative_to(root).with_suffix("").parts))
        for service in importlib.import_module(name).DESCRIPTOR.services_by_name.values():
            yield from service.methods


METHODS = {f"/{each.containing_service.full_name}/{each.name}": each for each in _methods()}


@dataclass(frozen=True)
class House:
    """Running services, things of the clinic that everybody there may see, and who asks."""

    channels: dict[str, grpc.aio.Channel]
    things: dict[str, Any]
    people: dict[str, str]
    machine: str

    async def ask(self, method: str, bearer: str | None, things: dict[str, Any]) -> Any:
        """The code, details and trailers with which a method answers."""
        described = METHODS[method]
        metadata = () if bearer is None else (("authorization", f"Bearer {bearer}"),)
        request = _filled(described.input_type, things)
        call = self._call(method, described)
        try:
            answer = call(iter([request]) if described.client_streaming else request, metadata)
            if described.server_streaming:
                await answer.read()
            else:
                await answer
        except grpc.aio.AioRpcError as error:
            trailers = [pair for pair in error.trailing_metadata() or () if "id" not in pair[0]]
            return error.code(), error.details(), trailers
        return grpc.StatusCode.OK, "", []

    def _call(self, method: str, described: MethodDescriptor) -> Any:
        channel = self.channels[method.split(".")[1]]
        shape = {
            (False, False): channel.unary_unary,
            (False, True): channel.unary_stream,
            (True, False): channel.stream_unary,
        }[described.client_streaming, described.server_streaming]
        reply = message_factory.GetMessageClass(described.output_type)
        made: Any = shape(
            method,
            request_serializer=_serialized,
            response_deserializer=reply.FromString,
        )
        return lambda request, metadata: made(request, metadata=metadata, timeout=10)


def _serialized(message: Any) -> bytes:
    content: bytes = message.SerializeToString()
    return content


def _filled(descriptor: Any, things: dict[str, Any]) -> Any:
    """A request that names the things by the fields that are called like them."""
    message: Any = message_factory.GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if field.name in things:
            setattr(message, field.name, things[field.name])
    return message


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("authz")
    for each in (folder, *list(folder.parents)[:2]):
        each.chmod(0o755)
    settings = StackSettings(folder / "stack", Ports(free_block()), environment="test")
    async with running(Stack(settings, say=lambda name, line: None, only=PARTS)):
        await seeding.tenants(settings)
        names = ("clinic-admin", "clinic-user", "salon-admin")
        people = {name: token(settings, name) for name in names}
        ports = settings.ports
        channels = {
            "groups": grpc.aio.insecure_channel(f"127.0.0.1:{ports.groups}"),
            "feed": grpc.aio.insecure_channel(f"127.0.0.1:{ports.groups}"),
            "campaigns": grpc.aio.insecure_channel(f"127.0.0.1:{ports.campaigns}"),
            "analytics": grpc.aio.insecure_channel(f"127.0.0.1:{ports.analytics}"),
        }
        machine = await _machine(settings)
        yield House(channels, await _things(settings, people["clinic-admin"]), people, machine)
        for channel in channels.values():
            await channel.close()


async def _machine(settings: StackSettings) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": "gateway",
        "client_secret": Secrets.kept(settings.state).machines["gateway"],
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        granted = (await http.post(f"{settings.issuer}/token", data=form)).json()
    return str(granted["access_token"])


async def _things(settings: StackSettings, admin: str) -> dict[str, Any]:
    """A group and a contact that exist, others that do not, and what makes requests valid."""
    api = Api.at(settings.gateway, admin)
    async with api.client:
        group = await api.post("/groups", {"name": "Everybody's"})
        contact = await api.post("/contacts", {"name": "Ann", "phone": "+12125550140"})
    absent = ("campaign_id", "import_id", "consent_id", "person_id")
    valid = {"name": "Zed", "role": "client_user", "call_timing": 1}
    return {
        "group_id": group["id"],
        "contact_id": contact["id"],
        **{name: str(uuid4()) for name in absent},
        **valid,
    }


def test_every_method_has_its_row_in_the_expected_matrix() -> None:
    assert set(METHODS) == expected.EVERY


@pytest.mark.parametrize("method", sorted(expected.EVERY))
async def test_nobody_is_let_in_without_a_token(house: House, method: str) -> None:
    code, *_ = await house.ask(method, None, house.things)

    assert code is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("method", sorted(expected.ADMINS_ONLY))
async def test_staff_may_not_do_what_is_for_administrators(house: House, method: str) -> None:
    """S-04: what needs a campaign is asked for one that does not exist."""
    code, *_ = await house.ask(method, house.people["clinic-user"], house.things)

    needs_a_campaign = "campaign_id" in METHODS[method].input_type.fields_by_name
    assert code is (grpc.StatusCode.NOT_FOUND if needs_a_campaign else DENIED)


@pytest.mark.parametrize("method", sorted(expected.STAFF_TOO))
async def test_staff_may_read_what_is_visible_to_them(house: House, method: str) -> None:
    code, *_ = await house.ask(method, house.people["clinic-user"], house.things)

    assert code is not DENIED


@pytest.mark.parametrize("method", sorted(expected.MACHINES_ONLY))
async def test_people_may_not_do_what_is_for_machines(house: House, method: str) -> None:
    code, *_ = await house.ask(method, house.people["clinic-admin"], house.things)

    assert code is DENIED


@pytest.mark.parametrize("method", sorted(expected.PEOPLE))
async def test_machines_may_not_act_as_people(house: House, method: str) -> None:
    code, *_ = await house.ask(method, house.machine, house.things)

    assert code is DENIED


@pytest.mark.parametrize(
    "method",
    sorted(
        name
        for name in expected.PEOPLE
        if {"group_id", "contact_id"} & set(METHODS[name].input_type.fields_by_name)
    ),
)
async def test_anothers_things_answer_exactly_like_unknown_ones(house: House, method: str) -> None:
    """S-01: code, words and trailers do not tell whether a thing exists."""
    stranger = house.people["salon-admin"]
    unknown = {**house.things, "group_id": str(uuid4()), "contact_id": str(uuid4())}

    theirs = await house.ask(method, stranger, house.things)
    nobodys = await house.ask(method, stranger, unknown)

    assert theirs == nobodys
