"""How a context is run from the command line: it serves, or migrates its schema."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from services.chassis import migrations


class OwnerSettings(BaseSettings):
    """Where the context's schema can be changed, by its owner."""

    url: SecretStr


def main(context: str, serve: Callable[[], Coroutine[None, None, None]]) -> None:
    """Serves, or brings the context's schema up to date: `python -m services.<context> migrate`."""
    if sys.argv[1:] == ["migrate"]:
        migrate(context)
    else:
        asyncio.run(serve())


def migrate(context: str) -> None:
    """Applies every missing revision, as the owner of the context's schema."""
    owner = OwnerSettings(_env_prefix=f"{context}_OWNER_DATABASE_")
    scripts = Path(__file__).parents[1] / context / "store" / "migrations"
    migrations.migrate(owner.url.get_secret_value(), context, scripts)
