"""Brings schemas up to date: `python -m services.chassis.migrate groups campaigns`.

Each context's owner is reached at `<CONTEXT>_OWNER_DATABASE_URL`.
"""

import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from services.chassis import migrations


class OwnerSettings(BaseSettings):
    """Where a context's schema can be changed, by its owner."""

    url: SecretStr


def migrate(context: str) -> None:
    """Applies every missing revision, as the owner of the context's schema."""
    owner = OwnerSettings(_env_prefix=f"{context}_OWNER_DATABASE_")
    scripts = Path(__file__).parents[1] / context / "store" / "migrations"
    migrations.migrate(owner.url.get_secret_value(), context, scripts)


if __name__ == "__main__":
    for named in sys.argv[1:]:
        migrate(named)
