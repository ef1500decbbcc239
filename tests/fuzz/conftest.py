"""One stack under attack for all tests of a process."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fuzz.house import House, open_house


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder for the stack, which the database's unprivileged user can reach too."""
    folder = Path(tempfile.mkdtemp(prefix="vio-fuzz-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def house(ground: Path) -> AsyncIterator[House]:
    async with open_house(ground) as opened:
        yield opened
