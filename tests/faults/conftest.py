"""The ground on which faults are planted: one for a whole run of tests."""

from collections.abc import AsyncIterator

import pytest

from tests.faults import ground as grounds
from tests.faults.ground import Ground
from tests.support.databases import Databases


@pytest.fixture(scope="package")
async def ground(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    own = databases.another(f"{databases.name}_faults")
    async with grounds.laid(own, tmp_path_factory.mktemp("ground")) as laid:
        yield laid
