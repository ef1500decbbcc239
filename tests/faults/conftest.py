"""The ground on which faults are planted."""

from collections.abc import AsyncIterator

import pytest

from services.chassis.ids import new_id
from tests.faults import ground as grounds
from tests.faults.ground import Ground
from tests.support.databases import Databases


@pytest.fixture(scope="package")
async def ground(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    """One for all: laid in the morning, it lasts for a quarter of an hour, until the evening."""
    own = databases.another(f"faults_{new_id().hex}")
    async with grounds.laid(own, tmp_path_factory.mktemp("ground")) as laid:
        yield laid


@pytest.fixture
async def own_ground(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    """One for a long proof, which has the whole day before it."""
    own = databases.another(f"faults_{new_id().hex}")
    async with grounds.laid(own, tmp_path_factory.mktemp("ground")) as laid:
        yield laid
