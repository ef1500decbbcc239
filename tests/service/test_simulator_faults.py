"""Faults of the simulated provider: what a client sees, and what was dialled nevertheless."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from retell import APIConnectionError, APIStatusError, APITimeoutError, RateLimitError

from tests.support import simulator
from tests.support.simulator import CLINIC, KEY, Simulator

PHONE = "+12125550101"
BODY = {"from_number": CLINIC, "to_number": PHONE}
FOR_HOURS = {"agent": {"max_call_duration_ms": 7_200_000}}


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with simulator.running(tmp_path) as running:
        yield running


async def raw(provider: Simulator, **more: Any) -> httpx.Response:
    """A create request without the SDK, to see the very answer."""
    headers = {"authorization": f"Bearer {KEY}"}
    return await provider.admin.post("/v2/create-phone-call", json=BODY | more, headers=headers)


async def dials(provider: Simulator) -> int:
    return int((await provider.verdict())["dials"])


async def hits(provider: Simulator) -> list[int]:
    """How often each rule in force was met."""
    rules = (await provider.admin.get("/admin/faults")).json()["rules"]
    return [rule["hits"] for rule in rules]


async def until_met(provider: Simulator) -> None:
    async with asyncio.timeout(10):
        while not any(await hits(provider)):
            await asyncio.sleep(0.01)


async def in_vain(provider: Simulator, seen: type[Exception], **more: Any) -> None:
    """Dials, as often as it takes to be met by the rule: who waits briefly may come too late."""
    while not any(await hits(provider)):
        with pytest.raises(seen):
            await provider.dial(PHONE, **more)


@pytest.mark.parametrize(
    ("fault", "seen", "patience"),
    [
        ("accept_then_hang", APITimeoutError, 0.3),
        ("accept_then_status", APIStatusError, 10),
        ("accept_then_reset", APIConnectionError, 10),
    ],
)
async def test_an_accepted_call_whose_answer_is_lost_is_found_by_its_key(
    provider: Simulator, fault: str, seen: type[Exception], patience: float
) -> None:
    await provider.rule({"fault": fault})
    order: dict[str, Any] = {"idempotency_key": "k1", "metadata": {"attempt_id": "a1"}}

    await in_vain(provider, seen, timeout=patience, **order)
    await provider.rule()
    again = await provider.dial(PHONE, **order)

    by_attempt = {"type": "string", "op": "eq", "key": "attempt_id", "value": "a1"}
    found = await provider.calls.list(filter_criteria={"metadata": [by_attempt]})
    assert [item.call_id for item in found.items] == [again.call_id]
    assert await dials(provider) == 1


@pytest.mark.parametrize(
    ("fault", "seen", "patience"),
    [("hang", APITimeoutError, 0.3), ("reset", APIConnectionError, 10)],
)
async def test_a_lost_answer_may_also_mean_that_nobody_was_dialled(
    provider: Simulator, fault: str, seen: type[Exception], patience: float
) -> None:
    await provider.rule({"fault": fault})

    await in_vain(provider, seen, timeout=patience)

    assert await dials(provider) == 0
    assert {each["status"] for each in await provider.ledger("refusal")} == {0}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 429, 500, 502, 503, 504])
async def test_a_refusal_carries_its_status_and_dials_nobody(
    provider: Simulator, status: int
) -> None:
    await provider.rule({"fault": "refuse", "status": status})

    with pytest.raises(APIStatusError) as refused:
        await provider.dial(PHONE)

    assert refused.value.status_code == status
    assert refused.value.response.json()["status"] == "error"
    assert await dials(provider) == 0


@pytest.mark.parametrize("retry_after", [None, "5", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_429_says_when_to_come_back_if_it_is_told_to(
    provider: Simulator, retry_after: str | None
) -> None:
    await provider.rule({"fault": "refuse", "status": 429, "retry_after": retry_after})

    with pytest.raises(RateLimitError) as refused:
        await provider.dial(PHONE)

    assert refused.value.response.headers.get("retry-after") == retry_after


async def test_a_redirect_leads_where_nobody_should_go(provider: Simulator) -> None:
    await provider.rule({"fault": "refuse", "status": 302})

    answer = await raw(provider)

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("http://169.254.169.254/")
    assert await dials(provider) == 0


async def test_an_accepted_call_can_be_answered_with_something_else_than_json(
    provider: Simulator,
) -> None:
    await provider.rule({"fault": "non_json"})

    answer = await raw(provider)

    assert (answer.status_code, answer.headers["content-type"][:9]) == (201, "text/html")
    assert await dials(provider) == 1


async def test_an_accepted_call_can_be_answered_without_its_id(provider: Simulator) -> None:
    await provider.rule({"fault": "missing_call_id"})

    answer = await raw(provider)

    assert answer.status_code == 201
    assert "call_id" not in answer.json()
    assert await dials(provider) == 1


async def test_an_accepted_call_can_be_answered_without_its_metadata(provider: Simulator) -> None:
    await provider.rule({"fault": "missing_metadata"})

    answer = await raw(provider)

    assert answer.json()["call_id"]
    assert answer.json()["metadata"] is None
    assert await dials(provider) == 1


@pytest.mark.parametrize("fault", ["endless_body", "slow_body"])
async def test_an_answer_can_have_no_end(provider: Simulator, fault: str) -> None:
    await provider.rule({"fault": fault})

    while not any(await hits(provider)):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await raw(provider, idempotency_key="k1")

    assert await dials(provider) == 1


async def test_an_answer_can_name_another_call(provider: Simulator) -> None:
    first = await provider.dial(PHONE)
    await provider.rule({"fault": "repeated_call_id"})

    second = await provider.dial("+12125550102")

    assert second.call_id == first.call_id
    assert await dials(provider) == 2


async def test_an_answer_can_be_slow(provider: Simulator) -> None:
    """Whoever gave up waiting is called all the same."""
    await provider.rule({"fault": "delay", "seconds": 1})

    await in_vain(provider, APITimeoutError, timeout=0.5, idempotency_key="k1")

    async with asyncio.timeout(10):
        while not await dials(provider):
            await asyncio.sleep(0.05)
    assert await dials(provider) == 1


async def test_a_provider_that_forgets_keys_turns_the_verdict_red(provider: Simulator) -> None:
    await provider.rule({"fault": "idempotency_off"})

    for _ in range(2):
        await provider.dial(PHONE, idempotency_key="k1", metadata={"attempt_id": "a1"})

    verdict = await provider.verdict()
    assert not verdict["holds"]
    assert {each["what"] for each in verdict["duplicates"]} == {"idempotency_key", "attempt_id"}


async def test_any_reason_can_be_asked_for(provider: Simulator) -> None:
    await provider.rule({"fault": "reason", "reason": "struck_by_lightning"})

    placed = await provider.dial(PHONE)

    await asyncio.sleep(0.3)
    call = await provider.calls.retrieve(placed.call_id)
    assert (call.call_status, call.disconnection_reason) == ("ended", "struck_by_lightning")


async def test_a_rule_can_meet_one_phone_the_nth_time(provider: Simulator) -> None:
    await provider.rule({"fault": "refuse", "phone": "*0101", "nth": 2})

    await provider.dial("+12125550102")
    await provider.dial(PHONE)
    with pytest.raises(APIStatusError):
        await provider.dial(PHONE)
    await provider.dial(PHONE)

    assert await hits(provider) == [1]


async def test_a_call_names_the_rule_that_met_it_though_others_are_in_force(
    provider: Simulator,
) -> None:
    """Places go on where the rules before ended."""
    await provider.rule({"fault": "delay", "seconds": 0.5})
    slow = asyncio.create_task(provider.dial(PHONE))
    await until_met(provider)
    await provider.rule({"fault": "delay", "phone": "*0102", "seconds": 0.1})
    await provider.dial("+12125550102")
    await slow

    lines = {each["to_number"]: each["hits"] for each in await provider.ledger("dial")}
    assert lines == {PHONE: [0], "+12125550102": [1]}


async def test_a_chance_is_the_same_for_the_same_seed(provider: Simulator) -> None:
    async def refused() -> list[int]:
        await provider.rule({"fault": "refuse", "probability": 0.5, "seed": 7})
        return [(await raw(provider)).status_code for _ in range(12)]

    first, second = await refused(), await refused()

    assert first == second
    assert set(first) == {201, 500}


@pytest.mark.parametrize("operation", ["get", "list", "stop", "concurrency"])
async def test_every_route_can_fail(provider: Simulator, operation: str) -> None:
    placed = await provider.dial("+12125550199", agent_override=FOR_HOURS)
    await provider.rule({"fault": "refuse", "operation": operation, "status": 503, "times": 1})
    work: Callable[[], Awaitable[Any]] = {
        "get": lambda: provider.calls.retrieve(placed.call_id),
        "list": lambda: provider.calls.list(),
        "stop": lambda: provider.calls.stop(placed.call_id),
        "concurrency": lambda: provider.retell.concurrency.retrieve(),
    }[operation]

    with pytest.raises(APIStatusError):
        await work()

    await work()


@pytest.mark.parametrize(
    "wrong", [{"fault": "gremlins"}, {"fault": "refuse", "status": 99}, {"phone": "*"}]
)
async def test_a_rule_that_makes_no_sense_is_refused(
    provider: Simulator, wrong: dict[str, Any]
) -> None:
    answer = await provider.admin.put("/admin/faults", json={"rules": [wrong]})

    assert answer.status_code == 422
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    ("suffix", "seen", "patience"),
    [
        ("0185", APITimeoutError, 3),
        ("0186", APIStatusError, 10),
        ("0187", APIConnectionError, 10),
        ("0188", RateLimitError, 10),
        ("0189", RateLimitError, 10),
        ("0191", APIStatusError, 10),
        ("0192", APIStatusError, 10),
        ("0193", APIConnectionError, 10),
    ],
)
async def test_a_number_with_a_fault_fails_once_and_then_is_called(
    provider: Simulator, suffix: str, seen: type[Exception], patience: float
) -> None:
    order: dict[str, Any] = {"idempotency_key": "k1", "metadata": {"attempt_id": "a1"}}

    with pytest.raises(seen):
        await provider.dial(f"+1212555{suffix}", timeout=patience, **order)
    await provider.dial(f"+1212555{suffix}", **order)

    verdict = await provider.verdict()
    assert (verdict["dials"], verdict["holds"]) == (1, True)
