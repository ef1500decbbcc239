"""How a context is run from the command line: it serves, or migrates its schema."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from services.chassis import migrations


def main(
    context: str, serve: Callable[[], Coroutine[None, None, None]], owner_url: Callable[[], str]
) -> None:
    """Serves, or brings the context's schema up to date: `python -m services.<context> migrate`."""
    if sys.argv[1:] == ["migrate"]:
        scripts = Path(__file__).parents[1] / context / "store" / "migrations"
        migrations.migrate(owner_url(), context, scripts)
    else:
        asyncio.run(serve())
