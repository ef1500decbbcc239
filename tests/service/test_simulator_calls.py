"""The simulated provider's calls, as the real SDK sees them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from retell import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    RateLimitError,
    UnprocessableEntityError,
)
from retell.types import PhoneCallResponse

from deploy.local.simulator.app import build
from tests.support import simulator
from tests.support.simulator import CLINIC, TUESDAY_NINE, Simulator

CONFIRMS = "+12125550141"
NO_ANSWER = "+12125550157"
TALKS_ON = "+12125550199"
FOR_HOURS = {"agent": {"max_call_duration_ms": 7_200_000}}


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with simulator.running(tmp_path) as running:
        yield running


async def once(provider: Simulator, placed: Any, *statuses: str) -> Any:
    """The call as soon as it has one of the statuses."""
    async with asyncio.timeout(30):
        call: Any = placed
        while call.call_status not in statuses:
            await asyncio.sleep(0.005)
            call = await provider.calls.retrieve(placed.call_id)
    return call


async def test_a_call_is_registered_then_goes_on(tmp_path: Path) -> None:
    """It rings for two seconds of the test, and talks for half a minute."""
    async with simulator.running(tmp_path, scale=8) as provider:
        placed = await provider.dial(TALKS_ON, metadata={"attempt_id": "a1"})
        ongoing = await once(provider, placed, "ongoing")

    assert isinstance(placed, PhoneCallResponse)
    assert (placed.call_status, placed.metadata) == ("registered", {"attempt_id": "a1"})
    assert placed.start_timestamp is None
    assert ongoing.start_timestamp > TUESDAY_NINE.timestamp() * 1000
    assert ongoing.end_timestamp is None


async def test_a_call_ends_with_its_analysis(provider: Simulator) -> None:
    placed = await provider.dial(CONFIRMS)

    ended = await once(provider, placed, "ended")
    async with asyncio.timeout(10):
        while (analyzed := await provider.calls.retrieve(placed.call_id)).call_analysis is None:
            await asyncio.sleep(0.005)

    assert ended.disconnection_reason == "agent_hangup"
    assert ended.duration_ms == pytest.approx(ended.end_timestamp - ended.start_timestamp, abs=1)
    assert analyzed.call_analysis.custom_analysis_data == {"appointment_action": "confirmed"}
    assert isinstance(analyzed, PhoneCallResponse)


async def test_a_call_that_nobody_takes_is_not_connected(provider: Simulator) -> None:
    placed = await provider.dial(NO_ANSWER)

    call = await once(provider, placed, "not_connected")

    assert call.disconnection_reason == "dial_no_answer"
    assert (call.start_timestamp, call.duration_ms) == (None, 0)


async def test_the_same_key_and_request_get_the_first_call_again(provider: Simulator) -> None:
    first = await provider.dial(CONFIRMS, idempotency_key="k1", metadata={"attempt_id": "a1"})

    again = await asyncio.gather(
        *(
            provider.dial(CONFIRMS, idempotency_key="k1", metadata={"attempt_id": "a1"})
            for _ in range(3)
        )
    )

    assert {call.call_id for call in again} == {first.call_id}
    assert [dial["repeat"] for dial in await provider.ledger("dial")] == [False, True, True, True]
    assert (await provider.verdict())["dials"] == 1


async def test_the_same_key_with_another_request_is_refused(provider: Simulator) -> None:
    await provider.dial(CONFIRMS, idempotency_key="k1")

    with pytest.raises(UnprocessableEntityError):
        await provider.dial(NO_ANSWER, idempotency_key="k1")

    assert (await provider.verdict())["dials"] == 1


async def test_a_key_older_than_its_time_places_another_call(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, key_seconds=0.05) as provider:
        first = await provider.dial(CONFIRMS, idempotency_key="k1")
        await asyncio.sleep(0.06)

        second = await provider.dial(CONFIRMS, idempotency_key="k1")

        assert second.call_id != first.call_id
        assert (await provider.verdict())["duplicates"][0]["what"] == "idempotency_key"


@pytest.mark.parametrize(
    "wrong",
    [
        {"to_number": "2125550141"},
        {"to_number": "+1212555014x"},
        {"from_number": "desk"},
        {"retell_llm_dynamic_variables": {"minutes": 5}},
        {"metadata": "a1"},
        {"metadata": {"note": "x" * 50_001}},
        {"idempotency_key": ""},
        {"agent_override": {"agent": {"ring_duration_ms": 4999}}},
    ],
)
async def test_a_malformed_request_is_refused_and_dials_nobody(
    provider: Simulator, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadRequestError) as refused:
        await provider.calls.create_phone_call(
            **({"from_number": CLINIC, "to_number": CONFIRMS} | wrong), max_retries=0
        )

    assert refused.value.response.json()["status"] == "error"
    assert await provider.ledger() == []


async def test_a_body_that_is_not_json_is_refused(provider: Simulator) -> None:
    answer = await provider.admin.post(
        "/v2/create-phone-call",
        content=b"{",
        headers={"authorization": f"Bearer {simulator.KEY}"},
    )

    assert answer.status_code == 400
    assert answer.json() == {"status": "error", "message": "The request body is not valid JSON."}


async def test_a_pseudo_number_may_call_when_asked_for(provider: Simulator) -> None:
    call = await provider.calls.create_phone_call(
        from_number="desk", to_number=CONFIRMS, ignore_e164_validation=True
    )

    assert call.from_number == "desk"


async def test_a_foreign_key_is_refused_on_every_route(provider: Simulator) -> None:
    stranger = simulator.retell(provider.url, key="other")
    tries = [
        stranger.call.create_phone_call(from_number=CLINIC, to_number=CONFIRMS, max_retries=0),
        stranger.call.retrieve("call_1"),
        stranger.call.list(),
        stranger.call.stop("call_1"),
        stranger.concurrency.retrieve(),
    ]

    answers = await asyncio.gather(*tries, return_exceptions=True)
    await stranger.close()

    assert [type(each) for each in answers] == [AuthenticationError] * 5


async def test_an_unknown_call_is_an_unknown_asset(provider: Simulator) -> None:
    with pytest.raises(UnprocessableEntityError) as missing:
        await provider.calls.retrieve("call_1")

    assert missing.value.body == {
        "status": "error",
        "message": "Cannot find requested asset under given api key.",
    }


async def test_a_number_on_the_providers_list_is_refused_only_when_that_is_honoured(
    provider: Simulator,
) -> None:
    await provider.admin.put(f"/admin/do-not-call/{CONFIRMS}")

    with pytest.raises(BadRequestError):
        await provider.dial(CONFIRMS, honor_internal_dnc=True)

    assert (await provider.dial(CONFIRMS)).call_id


async def test_who_asks_not_to_be_called_is_on_the_providers_list(provider: Simulator) -> None:
    optout = "+12125550150"
    placed = await provider.dial(optout)
    await once(provider, placed, "ended")

    with pytest.raises(BadRequestError):
        await provider.dial(optout, honor_internal_dnc=True)


async def test_a_stopped_call_ends_as_stopped(provider: Simulator) -> None:
    placed = await provider.dial(TALKS_ON, agent_override=FOR_HOURS)
    await once(provider, placed, "ongoing")

    await provider.calls.stop(placed.call_id)

    call = await provider.calls.retrieve(placed.call_id)
    assert (call.call_status, call.disconnection_reason) == ("ended", "manual_stopped")
    with pytest.raises(BadRequestError):
        await provider.calls.stop(placed.call_id)


async def test_a_call_stopped_while_it_rings_never_connected(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, scale=1) as provider:
        placed = await provider.dial(TALKS_ON)

        await provider.calls.stop(placed.call_id)

        call = await provider.calls.retrieve(placed.call_id)
    assert (call.call_status, call.disconnection_reason) == ("not_connected", "manual_stopped")
    assert call.start_timestamp is None


async def test_no_more_calls_at_once_than_the_account_has_lines(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, scale=1, concurrency=3, reserved_inbound=1) as provider:
        first = await provider.dial(TALKS_ON)
        await provider.dial(TALKS_ON)

        with pytest.raises(RateLimitError):
            await provider.dial(TALKS_ON)
        concurrency = await provider.retell.concurrency.retrieve()
        await provider.calls.stop(first.call_id)
        await provider.dial(TALKS_ON)

    assert concurrency.current_concurrency == 2
    assert concurrency.concurrency_limit == 3
    assert concurrency.reserved_inbound_concurrency == 1


async def test_no_more_calls_a_second_than_allowed(tmp_path: Path) -> None:
    """Two at once, and every further one a second after the last but one, whoever is quick."""
    async with simulator.running(tmp_path, scale=1) as provider:
        limits = {"concurrency": 100, "calls_per_second": 2}
        await provider.admin.put("/admin/limits", json=limits)
        dials = [provider.dial(CONFIRMS) for _ in range(20)]
        answers = await asyncio.gather(*dials, return_exceptions=True)
        dialled = [datetime.fromisoformat(each["at"]) for each in await provider.ledger("dial")]

    assert len(dialled) >= 2
    assert sum(isinstance(each, RateLimitError) for each in answers) == 20 - len(dialled) > 0
    assert all(
        after - before >= timedelta(seconds=1)
        for before, after in zip(dialled, dialled[2:], strict=False)
    )


async def test_a_repeat_of_a_key_is_answered_beyond_every_limit(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, scale=1, concurrency=1) as provider:
        first = await provider.dial(TALKS_ON, idempotency_key="k1")

        again = await provider.dial(TALKS_ON, idempotency_key="k1")

    assert again.call_id == first.call_id


async def test_calls_are_found_by_metadata_number_and_status(provider: Simulator) -> None:
    calls = [
        await provider.dial(number, metadata={"attempt_id": f"a{nth}"})
        for nth, number in enumerate([CONFIRMS, NO_ANSWER, CONFIRMS])
    ]
    for call in calls:
        await once(provider, call, "ended", "not_connected")

    async def found(**criteria: Any) -> set[str]:
        answer = await provider.calls.list(filter_criteria=criteria)
        return {item.metadata["attempt_id"] for item in answer.items}

    by_attempt = [{"type": "string", "op": "eq", "key": "attempt_id", "value": "a1"}]
    assert await found(metadata=by_attempt) == {"a1"}
    assert await found(to_number={"type": "string", "op": "eq", "value": CONFIRMS}) == {"a0", "a2"}
    assert await found(call_status={"type": "enum", "op": "in", "value": ["not_connected"]}) == {
        "a1"
    }
    begun = TUESDAY_NINE.timestamp() * 1000
    started = {"type": "range", "op": "bt", "value": [begun, begun * 2]}
    assert await found(start_timestamp=started) == {"a0", "a2"}


async def test_an_accepted_call_is_listed_at_once_and_without_transcript(
    provider: Simulator,
) -> None:
    call = await provider.dial(CONFIRMS, metadata={"attempt_id": "a1"})
    listed = (await provider.calls.list()).items

    await once(provider, call, "ended")
    ended = (await provider.calls.list()).items

    assert [item.call_id for item in listed] == [call.call_id]
    assert ended[0].to_dict().keys().isdisjoint({"transcript"})
    assert (await provider.calls.retrieve(call.call_id)).transcript


async def test_pages_cover_every_call_once(provider: Simulator) -> None:
    placed = {(await provider.dial(NO_ANSWER)).call_id for _ in range(7)}

    seen: list[str] = []
    page = await provider.calls.list(limit=3, include_total=True)
    total = page.total
    while True:
        seen += [item.call_id for item in page.items]
        if not page.has_more:
            break
        page = await provider.calls.list(limit=3, pagination_key=page.pagination_key)

    assert (total, len(seen), set(seen)) == (7, 7, placed)
    skipped = await provider.calls.list(skip=5, sort_order="ascending")
    assert [item.call_id for item in skipped.items] == list(reversed(seen[:2]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 1001},
        {"pagination_key": "x", "skip": 1},
        {"pagination_key": "x"},
        {"filter_criteria": {"mood": {"type": "string", "op": "eq", "value": "x"}}},
        {"filter_criteria": {"to_number": {"type": "range", "op": "bt", "value": [1, 2]}}},
    ],
)
async def test_a_malformed_list_request_is_refused(
    provider: Simulator, wrong: dict[str, Any]
) -> None:
    await provider.dial(CONFIRMS)

    with pytest.raises(BadRequestError):
        await provider.calls.list(**wrong)


async def test_an_unknown_route_has_the_providers_error_body(provider: Simulator) -> None:
    answer = await provider.admin.get("/v2/nothing")

    assert answer.status_code == 404
    assert answer.json() == {"status": "error", "message": "Not Found"}


async def test_the_admin_routes_answer_this_machine_only(tmp_path: Path) -> None:
    transport = httpx.ASGITransport(build(simulator.settings(tmp_path)), client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as stranger:
        answer = await stranger.get("/admin/verdict")

    assert answer.status_code == 403


async def test_an_exhausted_account_is_a_bare_402(provider: Simulator) -> None:
    with pytest.raises(APIStatusError) as refused:
        await provider.dial("+12125550191")

    assert refused.value.status_code == 402
