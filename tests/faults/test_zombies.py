"""A worker that slept through its heartbeat and wakes beside the one that took over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults import victims
from tests.faults.ground import Ground, Round
from tests.service.dialling.office import eventually

FENCED = "after_intent_commit"
SENDING = "before_http"
TAKEN_OVER_WITHIN = 90.0
HEARD = 2.0

pytestmark = pytest.mark.verify


@asynccontextmanager
async def _slept(ground: Ground, place: str, *, guarded: bool = True) -> AsyncIterator[Round]:
    """One person's call: its worker slept at a place, another one dialled, and it woke again."""
    round_ = await ground.round(1)
    armed = round_.armed(f"{place}:hang")
    async with victims.working(armed, guarded=guarded) as zombie:
        await zombie.frozen()
        assert not await round_.has_dialled(1)
        async with victims.working(round_.told):
            await eventually(lambda: round_.has_dialled(1), TAKEN_OVER_WITHIN)
            zombie.wake()
            await asyncio.sleep(HEARD)
            assert not zombie.is_frozen
            yield round_


async def _dials(round_: Round) -> int:
    return int((await round_.verdict())["dials"])


@pytest.fixture
async def forgetful(ground: Ground) -> AsyncIterator[None]:
    """The provider recognises no request by its key."""
    await ground.simulator.rule({"fault": "idempotency_off"})
    yield
    await ground.simulator.rule()


@pytest.mark.usefixtures("forgetful")
async def test_a_worker_that_slept_before_it_sent_rings_nobody_once_it_wakes(
    ground: Ground,
) -> None:
    """P2: its fence is too old, though the provider would take any request."""
    async with _slept(ground, FENCED) as round_:
        assert await _dials(round_) == 1


@pytest.mark.usefixtures("forgetful")
async def test_without_its_guard_a_worker_that_slept_rings_twice(ground: Ground) -> None:
    """The control: the age of the fence is what prevents the duplicate above."""
    async with _slept(ground, FENCED, guarded=False) as round_:
        assert await _dials(round_) == 2
        assert (await round_.verdict())["duplicates"]


async def test_a_worker_that_slept_while_it_sent_rings_nobody_twice(ground: Ground) -> None:
    """P2: past the last look at its fence only the provider's key can help."""
    async with _slept(ground, SENDING) as round_:
        assert await _dials(round_) == 1


@pytest.mark.usefixtures("forgetful")
async def test_without_keys_a_worker_that_slept_while_it_sent_rings_twice(ground: Ground) -> None:
    """The control: the key of the attempt is what prevents the duplicate above."""
    async with _slept(ground, SENDING) as round_:
        assert await _dials(round_) == 2
