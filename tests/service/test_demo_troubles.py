"""What a demonstration has met is read from the ledger's own records."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from retell import APIError

from deploy.local.demo import troubles
from deploy.local.demo.api import Api
from tests.support import simulator as simulators
from tests.support.simulator import Simulator

LOST, REFUSED, LATE, PLAIN = "+12125550187", "+12125550188", "+12125550155", "+12125550141"


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with simulators.running(tmp_path) as running:
        yield running


async def _met(provider: Simulator) -> frozenset[str]:
    ledger = Api.ledger(provider.url)
    async with ledger.client:
        return await troubles.met(ledger)


async def test_a_plain_call_is_no_trouble(provider: Simulator) -> None:
    await provider.dial(PLAIN)

    assert await _met(provider) == set()


async def test_all_kinds_of_trouble_are_found_in_the_ledger(provider: Simulator) -> None:
    for number in (LOST, REFUSED):
        with pytest.raises(APIError):
            await provider.dial(number)
    await provider.dial(LATE)

    assert await _met(provider) == troubles.ALL
