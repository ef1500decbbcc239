"""How simulated calls end: by the seed, or by the last digits of the number."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any, get_args, get_origin

from retell.types import PhoneCallResponse

from deploy.local.simulator import outcomes
from deploy.local.simulator.suffixes import SUFFIXES, UNHEARD_OF
from tests.support import simulator
from tests.support.simulator import Simulator

README = Path(outcomes.__file__).with_name("README.md")


def reasons_of_the_sdk() -> set[str]:
    (literal,) = (
        each
        for each in get_args(PhoneCallResponse.model_fields["disconnection_reason"].annotation)
        if get_origin(each) is not None
    )
    return set(get_args(literal))


async def ended(provider: Simulator, number: str) -> Any:
    """The call's last state."""
    placed = await provider.dial(number)
    async with asyncio.timeout(10):
        call = placed
        while call.call_analysis is None:
            await asyncio.sleep(0.01)
            call = await provider.calls.retrieve(placed.call_id)
    return call


async def test_every_reason_of_the_sdk_can_be_dialled(tmp_path: Path) -> None:
    numbers = [f"+1212555{suffix}" for suffix in SUFFIXES if suffix < "0185"]
    async with simulator.running(tmp_path, scale=10_000, concurrency=100) as provider:
        calls = await asyncio.gather(*(ended(provider, number) for number in numbers))

    reasons = {call.disconnection_reason for call in calls}
    assert len(reasons_of_the_sdk()) == 39
    assert reasons == reasons_of_the_sdk() | {outcomes.LEGACY, UNHEARD_OF}
    odd = {call.disconnection_reason for call in calls if type(call) is not PhoneCallResponse}
    assert odd == {outcomes.LEGACY, UNHEARD_OF}
    connected = {call.disconnection_reason for call in calls if call.start_timestamp}
    assert connected == set(outcomes.TALKING) | set(outcomes.BROKEN) | {UNHEARD_OF}


async def test_every_appointment_action_can_be_dialled(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, scale=10_000) as provider:
        calls = [await ended(provider, f"+121255501{last}") for last in (41, 42, 43, 44)]

    assert [call.call_analysis.custom_analysis_data["appointment_action"] for call in calls] == [
        "confirmed",
        "cancelled",
        "rescheduled",
        "none",
    ]


async def test_lines_take_turns_with_each_dial_of_a_number(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, scale=10_000) as provider:
        calls = [await ended(provider, "+12125550177") for _ in range(3)]

    assert [call.disconnection_reason for call in calls] == [
        "concurrency_limit_reached",
        "agent_hangup",
        "concurrency_limit_reached",
    ]


async def test_two_simulators_with_one_seed_tell_the_same_story(tmp_path: Path) -> None:
    async def story(name: str) -> list[tuple[Any, ...]]:
        folder = tmp_path / name
        folder.mkdir()
        async with simulator.running(folder, scale=10_000, seed=5) as provider:
            calls = [await ended(provider, f"+12125550{last}") for last in range(100, 110)]
        return [(call.disconnection_reason, call.duration_ms) for call in calls]

    assert await story("one") == await story("two")


def test_most_people_answer_and_every_line_of_the_model_occurs() -> None:
    drawn = Counter(outcomes.drawn(1, f"+1212555{nth:04}", 1) for nth in range(5000))

    assert drawn.keys() == outcomes.WEIGHTS.keys()
    assert 0.45 < sum(drawn[line] for line in drawn if line.reason == "agent_hangup") / 5000 < 0.6


def test_another_dial_of_a_number_may_end_otherwise() -> None:
    lines = {outcomes.drawn(1, "+12125550100", nth) for nth in range(1, 20)}

    assert len(lines) > 1


def test_the_table_in_the_readme_is_the_one_in_the_code() -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith("| 01")]

    assert rows == [f"| {suffix} | {fate.meaning} |" for suffix, fate in SUFFIXES.items()]
