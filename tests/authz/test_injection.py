"""What callers say about themselves has no effect, and no field is written unasked."""

import asyncio
from typing import Any

import grpc
import httpx
import orjson
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from tests.authz import asking, contracts, expected, rest
from tests.authz.asking import Walk
from tests.authz.conftest import Town
from tests.authz.contracts import DOORS, METHODS
from tests.authz.expected import ROUTES, Role, Visibility
from tests.authz.house import Metadata, lasting, leaks

#: Whoever comes first starts the stack.
#: What clients may not say: who they are is in their token, the rest is the product's.
UNASKED: dict[str, Any] = {
    "tenant_id": "018f0000-0000-7000-8000-000000000001",
    "id": "018f0000-0000-7000-8000-000000000002",
    "contact_count": 99,
    "created_by": "018f0000-0000-7000-8000-000000000003",
    "created_at": "2001-01-01T00:00:00Z",
    "status": "completed",
    "version": 99,
    "deleted_at": "2001-01-01T00:00:00Z",
}
READS = [door for door in DOORS if door[1] in expected.STAFF_TOO]
MASKED = [door for door in DOORS if "update_mask" in METHODS[door[1]].input_type.fields_by_name]
WRITES = [route for route in ROUTES if route.split(" ")[0] in ("POST", "PUT", "PATCH")]
_FIRST_UNKNOWN_FIELD = 1000


def claimed(town: Town) -> Metadata:
    """Headers that say the caller were another tenant's super administrator."""
    theirs = town.theirs.people[Role.SUPER_ADMIN].caller
    return (
        ("x-tenant-id", str(theirs.tenant_id)),
        ("x-user-id", str(theirs.person_id)),
        ("x-role", "super_admin"),
        ("x-forwarded-user", str(theirs.person_id)),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("x-original-url", "/api/audit"),
        ("x-http-method-override", "DELETE"),
    )


@pytest.mark.parametrize("door", READS, ids=lambda door: door[1])
async def test_headers_about_oneself_change_no_answer(town: Town, door: tuple[str, str]) -> None:
    """ASVS 4.1.3."""
    things = asking.valid(town.ours, Visibility.ALL_STAFF)
    who, asked = town.person(Role.CLIENT_USER).metadata, contracts.request(door[1], things)

    plain = await town.house.ask(door, who, asked)
    dressed = await town.house.ask(door, (*who, *claimed(town)), asked)

    assert plain.code is grpc.StatusCode.OK
    assert dressed.text == plain.text


@pytest.mark.parametrize("route", sorted(ROUTES))
async def test_headers_about_oneself_change_no_answer_of_a_route(town: Town, route: str) -> None:
    """ASVS 4.1.3: what is read reads the same, and who may not write still may not."""
    asked = rest.request(route, asking.valid(town.ours, Visibility.ALL_STAFF))
    who = town.person(Role.CLIENT_USER).metadata

    plain = await asked.by(town.rest, who)
    dressed = await asked.by(town.rest, (*who, *claimed(town)))

    if asked.method == "GET" or plain.is_error:
        assert _told(dressed) == _told(plain)
    else:
        assert not leaks(dressed.text, town.theirs.canaries)


def _told(answer: httpx.Response) -> tuple[int, Any]:
    """Status and content without the request's id and without what passes."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.status_code, answer.headers.get("content-type")
    content = orjson.loads(answer.text.replace(answer.headers["x-request-id"], "<id>"))
    return answer.status_code, lasting(content)


async def test_a_person_brings_nobody_along(town: Town) -> None:
    """Ruling 10: `x-vio-caller` is for services; from a person it spoils the call."""
    brought = ("x-vio-caller", town.theirs.people[Role.CLIENT_ADMIN].token)
    who = town.person(Role.CLIENT_ADMIN).metadata
    walk = Walk()
    for door in DOORS:
        things = asking.valid(town.ours, Visibility.ALL_STAFF)
        answer = await town.house.ask(door, (*who, brought), contracts.request(door[1], things))
        walk.note(door[1], answer)
        if answer.code is not grpc.StatusCode.UNAUTHENTICATED:
            walk.faults.append(f"{door}: {answer.text[:300]}")

    assert not walk.faults, walk.story


async def test_a_service_brings_persons_only_and_only_into_their_tenant(town: Town) -> None:
    """Ruling 10: another machine is refused, and another tenant is absent."""
    door = ("groups", "/vio.groups.v1.AudienceService/GetContactNames")
    things = asking.valid(town.theirs, Visibility.ALL_STAFF)
    asked, machine = contracts.request(door[1], things), town.person(Role.MACHINE)
    person = town.person(Role.CLIENT_ADMIN)

    with_machine = (*machine.metadata, ("x-vio-caller", machine.token))
    with_person = (*machine.metadata, ("x-vio-caller", person.token))

    assert (await town.house.ask(door, with_machine, asked)).code.name == "UNAUTHENTICATED"
    assert (await town.house.ask(door, with_person, asked)).code.name == "NOT_FOUND"
    assert (await town.house.ask(door, machine.metadata, asked)).code.name == "OK"


async def test_the_gateway_forwards_none_of_it(town: Town) -> None:
    """Over REST a brought person is not even read."""
    theirs = town.theirs.people[Role.CLIENT_ADMIN]
    headers = [*town.person(Role.CLIENT_USER).metadata, *claimed(town)]
    brought = [*headers, ("x-vio-caller", theirs.token)]

    me = await town.rest.get("/api/me", headers=brought)
    audit = await town.rest.get("/api/audit", headers=brought)

    assert me.json()["tenant_id"] == str(town.ours.id)
    assert audit.status_code == 403


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("/api/groups/%0d%0aX-Planted:%20yes", b""),
        ("/api/groups?search=a%0d%0aX-Planted:%20yes", b""),
        ("/api/groups", b"x-request-id: a\rX-Planted: yes\r\n"),
        ("/api/groups", b"x-request-id: a\nX-Planted: yes\r\n"),
        ("/api/groups", b"if-match: a\x00\r\n"),
    ],
)
async def test_line_breaks_open_no_header(town: Town, path: str, header: bytes) -> None:
    """Sent over a bare socket: a library would not send them."""
    port = town.stack.settings.ports.gateway
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    token = town.person(Role.CLIENT_ADMIN).token.encode()
    writer.write(
        b"GET %s HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\n%sconnection: close\r\n\r\n"
        % (path.encode(), token, header)
    )
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()

    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"x-planted" not in head
    assert int(head.split()[1]) < 500


@pytest.mark.parametrize("route", WRITES)
async def test_no_field_is_written_that_is_not_the_clients(town: Town, route: str) -> None:
    """API3, S-19: the product's own fields are refused in every body, and nothing changes."""
    before, who = town.rows(town.ours), town.person(Role.SUPER_ADMIN).metadata
    asked = rest.request(route, asking.valid(town.ours, Visibility.ALL_STAFF))
    known = contracts.METHODS[ROUTES[route]].input_type.fields_by_name
    for name, value in UNASKED.items():
        if name in known:
            continue
        where: dict[str, Any] = {"body": {**asked.body, name: value}} if asked.body else {}
        more = where or {"query": {**asked.query, name: value}}
        whole = {"query": asked.query, "body": asked.body, **more}
        answer = await rest.Asked(asked.method, asked.path, **whole).by(town.rest, who)

        assert (answer.status_code, answer.json()["reason"]) == (422, "UNKNOWN_FIELD"), name

    assert town.rows(town.ours) == before


@pytest.mark.parametrize("door", MASKED, ids=lambda door: door[1])
async def test_no_mask_reaches_a_field_that_is_not_the_clients(
    town: Town, door: tuple[str, str]
) -> None:
    """S-19: masks are whitelists; fields that the contract does not have are not even read."""
    before, who = town.rows(town.ours), town.person(Role.SUPER_ADMIN).metadata
    things = asking.valid(town.ours, Visibility.ALL_STAFF)
    for name in (*UNASKED, "tenant_id.id", "*", "name;drop table groups"):
        asked = contracts.request(door[1], {**things, "update_mask": FieldMask(paths=[name])})
        answer = await town.house.ask(door, who, _with_unknown_fields(asked))

        assert answer.code is grpc.StatusCode.INVALID_ARGUMENT, (name, answer.text)

    assert town.rows(town.ours) == before


def _with_unknown_fields(message: Any) -> Any:
    """The message, with fields appended whose numbers nobody gave out."""
    content = message.SerializeToString()
    for number in range(_FIRST_UNKNOWN_FIELD, _FIRST_UNKNOWN_FIELD + len(UNASKED)):
        key = (number << 3) | 2
        content += bytes([key & 0x7F | 0x80, key >> 7, 1, 0x78])
    return type(message).FromString(content)
