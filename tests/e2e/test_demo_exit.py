"""`make demo` ends with the code that its verdict deserves."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from deploy.local.settings import Secrets, StackSettings
from tests.support.command_line import DEMO, Place
from tests.support.ports import free_block


@pytest.mark.verify
@pytest.mark.parametrize(("meddling", "code"), [(False, 0), (True, 1)])
async def test_the_exit_code_tells_whether_all_promises_were_kept(
    reachable_path: Path, meddling: bool, code: int
) -> None:
    place = replace(Place.at(reachable_path / "demo", free_block()), more=(("PEOPLE", "6"),))
    async with place.terminal(*DEMO) as demo:
        if meddling:
            await demo.shows("Preview")
            await _dial_beside(place.settings)
        ended = await demo.ends(within=150)

    assert ended == code, "\n".join(demo.lines)


async def _dial_beside(settings: StackSettings) -> None:
    """A call that no campaign ordered."""
    headers = {"Authorization": f"Bearer {Secrets.kept(settings.state).retell}"}
    order = {"from_number": "+12125550100", "to_number": "+12125550141"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as provider:
        answer = await provider.post(f"{settings.simulator}/v2/create-phone-call", json=order)
    answer.raise_for_status()
