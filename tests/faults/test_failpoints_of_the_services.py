"""Services die, freeze or fail at every place where it could do harm, and do their work once."""

import os
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.chassis import failpoints
from tests.faults import street as streets
from tests.faults import strikes
from tests.faults.chores import PLACES, Place
from tests.faults.street import Street

MANY = ("kill",) * 20 + ("raise", "hang") * 5
SEED = int(os.environ.get("VIO_SEED", "1"))
Record = Callable[[str, object], None]

every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@pytest.fixture(scope="module")
async def street(module_path: Path) -> AsyncIterator[Street]:
    async with streets.paved(module_path) as paved:
        yield paved


async def strike(street: Street, place: Place, action: str, chance: random.Random) -> None:
    nth = chance.randint(1, place.hits)
    await place.chore(street, f"{place.name}:{action}@{nth}")


def test_every_failpoint_is_struck_at_by_some_test() -> None:
    struck = {place.name for place in (*PLACES, *strikes.PLACES)}

    assert struck == failpoints.PLACES


@every_place
async def test_a_service_killed_at_any_place_does_its_work_once(
    street: Street, place: Place
) -> None:
    """C-33."""
    await strike(street, place, "kill", random.Random(SEED))


@pytest.mark.verify
@every_place
@pytest.mark.timeout(900)
async def test_a_service_struck_thirty_times_at_a_place_does_its_work_once(
    street: Street, place: Place, record_property: Record
) -> None:
    """A service may be killed, frozen or fail at any place: its work is done, and done once."""
    chance = random.Random(f"{SEED}/{place.name}")
    for action in MANY:
        await strike(street, place, action, chance)

    record_property("seed", SEED)
    record_property("kills", MANY.count("kill"))
    record_property("faults", len(MANY) - MANY.count("kill"))
