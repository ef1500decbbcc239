"""What no generator thinks of: broken JSON, impossible values, headers that lie."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fuzz.hostile import TEXTS
from tests.fuzz.house import Health, House

NAIVE = "2026-09-16T10:00:00"
BRACES = "{018f0000-0000-7000-8000-000000000001}"
DEEP = 100_000
PERSON = {"name": "Zed", "phone": "+12125550140"}
BODIES: Mapping[str, bytes] = {
    "deep lists": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "closed deep lists": b'{"name":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nan": b'{"page": NaN}',
    "infinity": b'{"expected_count": Infinity}',
    "half a surrogate": b'{"name": "\\ud800"}',
    "no utf-8": b'{"name": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "nul": b'{"name": "a\\u0000b"}',
    "a bare nul": b'{"name": "a\0b"}',
    "beyond doubles": b'{"appointment_duration": 9007199254740993}',
    "beyond all": b'{"appointment_duration": 1' + b"0" * 400 + b"}",
    "a huge exponent": b'{"appointment_duration": 1e999999}',
    "a text": b'"name"',
    "nothing": b"null",
    "two values": b"{}{}",
}
VALUES: Mapping[str, Mapping[str, Any]] = {
    "a naive moment": {"appointment_time": NAIVE},
    "the year 0": {"appointment_time": "0000-01-01T00:00:00Z"},
    "a moment before the calendar": {"appointment_time": "0001-01-01T00:00:00+14:00"},
    "a moment behind the calendar": {"appointment_time": "9999-12-31T23:59:59-12:00"},
    "a moment as a number": {"appointment_time": 1e308},
    "an object for a text": {"name": {"a": 1}},
    "a list for a text": {"name": ["a"]},
    "a text for an object": {"attributes": "a"},
    "nested attributes": {"attributes": {"a": {"b": "c"}}},
    "a switch as a number": {"appointment_duration": True},
    "somebody else's field": {"tenant_id": "018f0000-0000-7000-8000-000000000002"},
}


async def test_no_body_that_is_broken_is_taken(house: House) -> None:
    """Broken JSON, depth, surrogates, NaN and huge numbers are refused as the client's fault."""
    before = Health.of(house)
    api = house.api()
    async with api.client as client:
        headers = {"content-type": "application/json"}
        answers = {
            name: (await client.post("/contacts", content=body, headers=headers)).status_code
            for name, body in BODIES.items()
        }

    assert set(answers.values()) <= {400, 422}, answers
    before.require_unharmed()


async def test_no_value_out_of_its_rule_is_taken(house: House) -> None:
    """Impossible moments, wrong types and fields that are not the client's are refused."""
    api = house.api()
    async with api.client as client:
        answers = {
            name: (await client.post("/contacts", json={**PERSON, **value})).status_code
            for name, value in VALUES.items()
        }

    assert set(answers.values()) == {422}, answers


async def test_every_hostile_text_is_kept_as_it_is_or_refused(house: House) -> None:
    """A name of fifty emoji, of right-to-left marks or of metacharacters is stored or refused."""
    api = house.api()
    async with api.client as client:
        for text in TEXTS:
            made = await client.post("/groups", json={"name": text})
            assert made.status_code in {201, 409, 422}, (text[:50], made.status_code)
            if made.status_code == 201:
                kept = (await client.get(f"/groups/{made.json()['id']}")).json()["name"]
                assert kept == made.json()["name"]


async def test_a_name_that_looks_the_same_is_the_same(house: House) -> None:
    """Composed and decomposed accents make one name, not two."""
    api = house.api()
    async with api.client as client:
        first = await client.post("/groups", json={"name": "Caf\u00e9 regulars"})
        second = await client.post("/groups", json={"name": "Cafe\u0301 regulars"})

    assert (first.status_code, second.status_code) == (201, 409)


async def test_addresses_that_are_broken_find_nothing_or_are_refused(house: House) -> None:
    """Ids in braces, NULs, long addresses and queries that are too much are refused."""
    paths = (
        f"/groups/{BRACES}",
        "/groups/%00",
        "/groups/%ff",
        "/groups/..%2f..%2fetc",
        f"/groups/{'a' * 10_000}",
        "/contacts?page=-1",
        "/contacts?page=9007199254740993",
        "/contacts?page_size=-2147483648",
        "/contacts?page=1&page=2",
        "/contacts?search=%00",
        "/contacts?page_token=AAAA",
        "/contacts?unknown=1",
    )
    api = house.api()
    async with api.client as client:
        answers = {path[:60]: (await client.get(path)).status_code for path in paths}

    assert set(answers.values()) <= {404, 422}, answers


async def test_a_key_that_is_given_twice_counts_once(house: House) -> None:
    """Duplicate JSON keys do not smuggle a second value past the reader."""
    body = b'{"name": "Smuggled 1", "name": "Smuggled 2"}'
    api = house.api()
    async with api.client as client:
        headers = {"content-type": "application/json"}
        made = await client.post("/groups", content=body, headers=headers)

    assert made.status_code == 201
    assert made.json()["name"] == "Smuggled 2"


async def test_a_body_of_another_kind_is_refused(house: House) -> None:
    """What does not say that it is JSON is not read as JSON."""
    api = house.api()
    async with api.client as client:
        answers = [
            (
                await client.post(
                    "/groups", content=b'{"name": "Kind"}', headers={"content-type": kind}
                )
            ).status_code
            for kind in ("text/plain", "application/x-www-form-urlencoded", "image/png")
        ]

    assert answers == [422, 422, 422]


def _head(*headers: str, target: str = "/api/groups", method: str = "POST") -> bytes:
    lines = (f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


RAW: Mapping[str, bytes] = {
    "a length and chunks": _head("Content-Length: 4", "Transfer-Encoding: chunked")
    + b"0\r\n\r\nGET /api/me HTTP/1.1\r\nHost: a\r\n\r\n",
    "two lengths": _head("Content-Length: 4", "Content-Length: 40") + b"null",
    "a length that is no number": _head("Content-Length: 4e1") + b"null",
    "a negative length": _head("Content-Length: -1") + b"null",
    "an unknown coding": _head("Transfer-Encoding: xchunked") + b"0\r\n\r\n",
    "a broken chunk": _head("Transfer-Encoding: chunked") + b"zz\r\nnull\r\n0\r\n\r\n",
    "a huge header": _head(f"X-Huge: {'a' * 200_000}"),
    "ten thousand headers": _head(*(f"X-{number}: a" for number in range(10_000))),
    "a huge address": _head(target=f"/api/groups?search={'a' * 200_000}", method="GET"),
    "a header in two lines": _head("X-Folded: a\r\n b", "Content-Length: 0"),
    "a line feed alone": b"POST /api/groups HTTP/1.1\nHost: a\nContent-Length: 0\n\n",
    "no http at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    "an absolute address": _head("Content-Length: 0", target="http://169.254.169.254/latest"),
    "an odd method": _head("Content-Length: 0", method="PROPFIND"),
}


async def send(house: House, content: bytes) -> list[int]:
    """Sends bytes to the gateway and gives the codes of all answers that came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.settings.ports.gateway)
    try:
        writer.write(content)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return []
    finally:
        writer.close()
    return [int(part.split(b" ")[1]) for part in answer.split(b"HTTP/1.1")[1:]] if answer else []


@pytest.mark.parametrize("name", RAW)
async def test_requests_that_lie_about_themselves_are_refused(house: House, name: str) -> None:
    """Smuggling, broken framing and oversized heads get one refusal and no second answer."""
    before = Health.of(house)

    codes = await send(house, RAW[name])

    assert len(codes) <= 1, codes
    assert all(400 <= code < 500 for code in codes), codes
    before.require_unharmed()
