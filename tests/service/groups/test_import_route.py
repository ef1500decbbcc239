"""Files through the gateway: nobody's bytes are read before it is known whose they are."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import grpc
import httpx
import pytest

from gateway import app
from gateway.stubs import Channels, Stubs
from services.chassis.auth import Verifier
from services.chassis.settings import Settings
from services.groups.domain import tabular
from tests.service.groups.desk import Desk
from tests.service.groups.test_imports_cut_off import FILE
from tests.service.groups.test_large_import import MEGABYTE, growth
from tests.service.groups.uploads import counts, get
from tests.support import web
from tests.support.issuer import Issuer

BOUNDARY = "3f9a"
PLAIN = b"name,phone\nAnna Ames,212-555-0101\nBen Bold,212-555-0102\n"
END = f"\r\n--{BOUNDARY}--\r\n".encode()
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes = b"", filename: str = "") -> bytes:
    """A part of a form up to its last byte."""
    file = f'; filename="{filename}"' if filename else ""
    head = f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content


def rows_of(size: int) -> Iterator[bytes]:
    """A file of about that many bytes, most of it in a column that nobody reads."""
    yield b"id,name,shoe size\n"
    for number in range(size // 9000):
        yield b"C-%d,Person %05d,%s\n" % (number, number, b"x" * 8970)


@dataclass
class Answer:
    """What came back, and how many bytes of the body had gone out by then."""

    status: int
    body: dict[str, Any]
    sent: int


@dataclass(frozen=True)
class Client:
    """Sends a body bit by bit and reads the answer whenever it comes, as few libraries do."""

    door: int
    token: str

    async def send(self, pieces: Iterator[bytes], kind: str, query: str = "") -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.door)
        answer = asyncio.create_task(self._answer(reader))
        token = f"authorization: Bearer {self.token}\r\n" if self.token else ""
        writer.write(
            f"POST /api/contacts/import?{query} HTTP/1.1\r\nhost: x\r\n"
            f"content-type: {kind}\r\n{token}transfer-encoding: chunked\r\n\r\n".encode()
        )
        sent = 0
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
            await writer.drain()
            await asyncio.sleep(0)
            if answer.done():
                break
        else:
            writer.write(b"0\r\n\r\n")
        status, body = await answer
        writer.close()
        return Answer(status, body, sent)

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split()[0])
        return int(head.split()[1]), json.loads(await reader.readexactly(length))


@pytest.fixture
async def door(channel: grpc.aio.Channel, issuer: Issuer) -> AsyncIterator[int]:
    """The gateway in front of the groups context."""
    stubs = Stubs.over(Channels(channel, channel, channel, channel))

    async def ready() -> bool:
        return True

    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)
    async with httpx.AsyncClient() as http:
        served = app.build(stubs, Verifier(settings, http), ready)
        async with web.app(served) as url:
            yield int(url.rpartition(":")[2])


@pytest.fixture
def client(door: int, desk: Desk) -> Client:
    return Client(door, desk.person.token)


async def test_a_form_and_a_bare_file_are_taken(client: Client, desk: Desk) -> None:
    """X-05: the form's fields before the file are options."""
    form = [part("dry_run", b"true"), part("file", PLAIN, "people.csv"), END]

    counted = await client.send(iter(form), FORM)
    taken = await client.send(iter([PLAIN]), "text/csv")

    assert (counted.status, counted.body["created"], counted.body["import_id"]) == (200, 2, "")
    assert (taken.status, taken.body["created"]) == (200, 2)
    assert counts(await get(desk, taken.body["import_id"])) == (2, 0, 0, 0)


@pytest.mark.parametrize("kind", [FORM, "text/csv"])
async def test_a_stranger_is_refused_before_the_body_is_taken(door: int, kind: str) -> None:
    """X-07: at most what the buffers on the way hold goes out, of a file of 64 MB."""
    head = [part("file", filename="people.csv")] if kind == FORM else []

    answer = await Client(door, "").send(iter([*head, *[b"x" * 65536] * 1024]), kind)

    assert (answer.status, answer.body["reason"]) == (401, "UNAUTHENTICATED")
    assert answer.sent < 16 * MEGABYTE


async def test_a_file_over_the_limit_is_refused_as_soon_as_it_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X-07."""
    monkeypatch.setattr("services.groups.rpc.import_service.LARGEST_FILE", MEGABYTE)

    answer = await client.send(iter([b"x" * 65536] * 1024), "text/csv")

    assert tabular.LARGEST_FILE == 256 * MEGABYTE
    assert (answer.status, answer.body["reason"]) == (422, "CSV_TOO_LARGE")
    assert answer.sent < 16 * MEGABYTE


async def test_50_megabytes_pass_through_in_bounded_memory(client: Client) -> None:
    """X-05: client, gateway and context are one process here, and none of them holds the file."""
    size = 50 * MEGABYTE
    await client.send(rows_of(MEGABYTE), "text/csv", "dry_run=true")

    async with growth() as samples:
        form = [part("dry_run", b"true"), part("file", filename="a.csv")]
        answer = await client.send(chain(form, rows_of(size), [END]), FORM)

    assert (answer.status, answer.body["created"]) == (200, size // 9000)
    assert max(samples) < size / 2, f"{max(samples) / MEGABYTE:.1f} MB"


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ([part("file", PLAIN, "a.csv"), part("dry_run", b"true"), END], "FILE_NOT_LAST"),
        ([part("file", PLAIN, "a.csv"), part("file", PLAIN, "b.csv"), END], "FILE_NOT_LAST"),
        ([part("file", PLAIN, "a.csv")], "FORM_UNREADABLE"),
        ([b"nonsense"], "FORM_UNREADABLE"),
        ([part("dry_run", b"true"), END], "REQUIRED"),
        ([part("mapping", b"x" * 65537), part("file", PLAIN, "a.csv"), END], "BODY_TOO_LARGE"),
        ([part("file", b"", "a.csv"), END], "CSV_UNREADABLE"),
    ],
)
async def test_a_form_out_of_its_rules_changes_nothing(
    client: Client, desk: Desk, form: list[bytes], reason: str
) -> None:
    answer = await client.send(iter(form), FORM)

    assert (answer.status, answer.body["reason"]) == (422, reason)
    taken = await client.send(iter([PLAIN]), "text/csv")
    assert taken.body["created"] == 2


@pytest.mark.usefixtures("breaks_half_way")
async def test_a_failure_half_way_promises_nothing_and_names_the_import(
    client: Client, desk: Desk
) -> None:
    """S-16: the problem tells where to look for what was done."""
    answer = await client.send(iter([FILE]), "text/csv")

    assert (answer.status, answer.body["reason"]) == (500, "INTERNAL")
    assert "changed" not in answer.body["detail"]
    assert "stays" in answer.body["detail"]
    assert counts(await get(desk, answer.body["facts"]["operation_id"])) == (1000, 0, 0, 0)
