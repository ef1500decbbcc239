"""The campaigns' worker dies, freezes or fails at every place where it could do harm."""

import os
from collections.abc import Callable

import pytest

from tests.faults.ground import Ground
from tests.faults.strikes import PLACES, Place, strikes

ONCE = ("kill",)
MANY = ("kill",) * 20 + ("raise", "hang") * 5
SEED = int(os.environ.get("VIO_SEED", "1"))
Record = Callable[[str, object], None]

every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@every_place
async def test_a_worker_killed_at_any_place_rings_nobody_twice_and_forgets_nobody(
    ground: Ground, place: Place
) -> None:
    """C-33."""
    await strikes(ground, place, ONCE, SEED)


@pytest.mark.verify
@every_place
async def test_a_worker_struck_thirty_times_at_a_place_rings_nobody_twice_and_forgets_nobody(
    own_ground: Ground, place: Place, record_property: Record
) -> None:
    """A worker may be killed, frozen or fail at any place: nobody is rung twice or forgotten."""
    await strikes(own_ground, place, MANY, SEED)

    record_property("seed", SEED)
    record_property("kills", MANY.count("kill"))
    record_property("faults", len(MANY) - MANY.count("kill"))
