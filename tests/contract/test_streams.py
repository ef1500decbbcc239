"""What is no single JSON: live events, files in both directions, the provider's reports."""

import asyncio
import csv
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from retell.lib import webhook_auth

from services.campaigns.usecases import settling
from services.chassis.caller import Caller
from services.chassis.ids import new_id
from tests.contract import shapes, shapes_of_calls
from tests.contract.house import House
from tests.contract.kinds import exactly, faults
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.line import Line
from tests.support.issuer import Person
from tests.support.simulator import KEY

SHAPES = {
    "progress": {**shapes_of_calls.CAMPAIGN, "campaign_name": exactly("")},
    "recipient": shapes_of_calls.RECIPIENT,
    "state": shapes_of_calls.STATE_EVENT,
}
BAD = b"Name;Phone\nAnna Ames;212-555-0101\nCuttu Short;12\n=Evil();12\n"


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    id: str
    kind: str
    data: Any


@asynccontextmanager
async def watching(
    rest: httpx.AsyncClient, campaign_id: str, last: str = ""
) -> AsyncIterator[AsyncIterator[Event]]:
    """The campaign's events, from the beginning or behind the last one that was seen."""
    headers = {"last-event-id": last} if last else {}
    async with (
        asyncio.timeout(20),
        rest.stream("GET", f"/campaigns/{campaign_id}/events", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Event]:
    told: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            told[name] = value
        elif "event" in told:
            yield Event(told["id"], told["event"], json.loads(told["data"]))
            told = {}


async def until(events: AsyncIterator[Event], kind: str, **told: Any) -> list[Event]:
    """Everything up to an event that says this."""
    seen = []
    async for event in events:
        seen.append(event)
        if event.kind == kind and told.items() <= event.data.items():
            return seen
    raise AssertionError(f"it ended without {kind} {told}: {seen}")


@pytest.fixture
async def campaign(rest: httpx.AsyncClient, audience: Audience) -> str:
    """A campaign of three."""
    ids = [str(each) for each in await audience.make(3)]
    order = {"call_timing": "immediate", "contact_ids": ids}
    answer = await rest.post("/campaigns", json=order)
    return str(answer.raise_for_status().json()["campaign_id"])


async def test_events_tell_the_course_in_the_published_shapes(
    rest: httpx.AsyncClient, campaign: str, line: Line
) -> None:
    async with watching(rest, campaign) as events:
        seen = await until(events, "progress")
        (call,) = await line.dial(campaign)
        await line.analyzed(call, "confirmed")
        seen += await until(events, "recipient", outcome="answered")

    assert [faults(SHAPES[each.kind], each.data) for each in seen] == [[] for _ in seen]
    assert {each.kind for each in seen} == {"progress", "recipient", "state"}
    assert [each.data["state"] for each in seen if each.kind == "state"][-1] == "running"
    assert seen[-1].data["appointment_action"] == "confirmed"
    assert len({each.id for each in seen}) == len(seen)


async def test_an_event_carries_no_name(rest: httpx.AsyncClient, campaign: str, line: Line) -> None:
    """Ruling 6: ids, states and counts only; names are asked for page by page."""
    async with watching(rest, campaign) as events:
        await line.dial(campaign)
        seen = await until(events, "recipient", state="in_call")

    assert seen[-1].data["contact_name"] is None
    assert "Planted" not in str(seen)


async def test_whoever_comes_back_goes_on_behind_the_last_event(
    rest: httpx.AsyncClient, campaign: str, line: Line
) -> None:
    async with watching(rest, campaign) as events:
        first = await until(events, "progress")
        (call,) = await line.dial(campaign)
        first += await until(events, "recipient", state="in_call")
    await line.ended(call, "dial_busy")
    async with watching(rest, campaign, last=first[-1].id) as events:
        second = await until(events, "recipient", outcome="busy")
    async with watching(rest, campaign) as events:
        whole = await until(events, "recipient", outcome="busy")
    async with watching(rest, campaign, last="of-another-gateway-7") as events:
        anew = await until(events, "recipient", outcome="busy")

    assert [each.id for each in first + second] == [each.id for each in whole]
    assert anew == whole


async def test_the_events_end_with_the_campaign(
    rest: httpx.AsyncClient, campaign: str, house: House, admin: Person
) -> None:
    async with watching(rest, campaign) as events:
        await until(events, "progress")
        (await rest.post(f"/campaigns/{campaign}/cancel")).raise_for_status()
        caller = Caller.service(admin.caller.tenant_id, "campaigns")
        await settling.settle(house.campaigns.db, caller, UUID(campaign), "cancelled")
        seen = [event async for event in events]

    assert [each.data["state"] for each in seen if each.kind == "state"][-1] == "cancelled"
    assert seen[-1].data["is_final"]
    assert seen[-1].data["counts"]["not_called"] == 3


async def test_events_of_a_hidden_campaign_are_refused_before_they_begin(
    strangers_rest: httpx.AsyncClient, campaign: str
) -> None:
    answer = await strangers_rest.get(f"/campaigns/{campaign}/events")

    assert (answer.status_code, answer.json()["reason"]) == (404, "CAMPAIGN_NOT_FOUND")


@pytest.mark.parametrize("sent", ["body", "form"])
async def test_a_file_comes_in_as_a_body_or_in_a_form(rest: httpx.AsyncClient, sent: str) -> None:
    """I-01, I-09: what was rejected goes out again, named and with its reason."""
    as_body = {"content": BAD, "headers": {"content-type": "text/csv"}}
    as_form = {"files": {"file": ("people.csv", BAD, "application/vnd.ms-excel")}}
    query = {"consent_basis": "written", "consent_source": "form"}
    how: dict[str, Any] = as_body if sent == "body" else as_form

    done = await rest.post("/contacts/import", params=query, **how)
    file = await rest.get(done.json()["errors_url"].removeprefix("/api"))

    assert faults(shapes.IMPORT, done.json()) == []
    assert (done.json()["created"], done.json()["rejected"]) == (1, 2)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"] == 'attachment; filename="rejected-rows.csv"'
    assert file.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(file.text), strict=True))
    assert [(each["row"], each["field"]) for each in rows] == [("3", "phone"), ("4", "phone")]
    assert [(each["Name"], each["Phone"]) for each in rows] == [
        ("Cuttu Short", "12"),
        ("'=Evil()", "12"),
    ]
    assert all(each["reason"] for each in rows)


async def test_a_dry_run_has_neither_an_id_nor_a_file(rest: httpx.AsyncClient) -> None:
    headers = {"content-type": "text/csv"}

    done = await rest.post(
        "/contacts/import", params={"dry_run": "true"}, content=BAD, headers=headers
    )

    found = done.json()
    assert (found["import_id"], found["errors_url"], found["rejected"]) == ("", "", 2)
    assert (await rest.get("/contacts")).json()["contacts"] == []


async def test_the_providers_reports_are_taken_in(
    house: House, rest: httpx.AsyncClient, campaign: str, line: Line
) -> None:
    """204 for one of our calls, 202 for any other; nobody has to sign in for either."""
    (call,) = await line.dial(campaign)
    ours = {"call_id": call.id, "metadata": {"attempt_id": str(call.attempt_id)}}
    theirs = {"call_id": f"call_{new_id().hex}"}

    async with httpx.AsyncClient(base_url=f"{house.url}/api") as provider:
        answers = [await _report(provider, each) for each in (ours, theirs)]

    assert [(each.status_code, each.content) for each in answers] == [(204, b""), (202, b"")]
    people = (await rest.get(f"/campaigns/{campaign}/recipients")).json()["recipients"]
    assert people[0]["outcome"] == "no_answer"


async def _report(provider: httpx.AsyncClient, call: dict[str, Any]) -> httpx.Response:
    told = call | {"disconnection_reason": "dial_no_answer"}
    body = json.dumps({"event": "call_ended", "call": told})
    signature = webhook_auth.symmetric["sign"](body, KEY, int(time.time() * 1000))
    return await provider.post(
        "/webhooks/retell", content=body, headers={"x-retell-signature": signature}
    )


async def test_bodies_that_never_come_hold_no_colleague_up(
    house: House, rest: httpx.AsyncClient, admin: Person
) -> None:
    """A tenant's few turns are not taken by what can't be asked yet."""
    waiting = [await _half_a_request(house, admin) for _ in range(5)]

    async with asyncio.timeout(5):
        answer = await rest.get("/groups")

    assert answer.status_code == 200
    for writer in waiting:
        writer.close()


async def test_who_hangs_up_before_the_body_came_is_no_bug(
    house: House, admin: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor is one that waited in the queue of its tenant until then."""
    for _ in range(3):
        writer = await _half_a_request(house, admin)
        writer.close()
        await writer.wait_closed()
    await asyncio.sleep(0.2)

    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


async def _half_a_request(house: House, person: Person) -> asyncio.StreamWriter:
    """A request whose body has begun, and may or may not go on."""
    url = httpx.URL(house.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        b"POST /api/groups HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
        b"Content-Type: application/json\r\n"
        b"Authorization: Bearer %s\r\n\r\n{" % person.token.encode()
    )
    await writer.drain()
    await asyncio.sleep(0.1)
    return writer
