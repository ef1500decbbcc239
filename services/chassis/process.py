"""What every process of the product opens first: clock, telemetry, verifier, credentials."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.chassis import failpoints, migrations, telemetry
from services.chassis.auth import Credentials, Verifier
from services.chassis.clock import Clock
from services.chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class Process:
    """The parts that a composition root hands down."""

    settings: Settings
    clock: Clock
    verifier: Verifier
    credentials: Credentials

    @property
    def with_reflection(self) -> bool:
        return self.settings.environment != "production"


@asynccontextmanager
async def started(
    service: str, settings: Settings, metrics_port: int | None = None
) -> AsyncIterator[Process]:
    """Sets the process up; `service` names it in logs and traces."""
    failpoints.arm(settings.failpoint)
    telemetry.configure(service, settings, metrics_port=metrics_port)
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        yield Process(
            settings,
            Clock.load(settings.clock_file),
            Verifier(settings, http),
            Credentials(settings, http),
        )


def main(
    context: str, serve: Callable[[], Coroutine[None, None, None]], owner_url: Callable[[], str]
) -> None:
    """Serves, or brings the context's schema up to date: `python -m services.<context> migrate`."""
    if sys.argv[1:] == ["migrate"]:
        scripts = Path(__file__).parents[1] / context / "store" / "migrations"
        migrations.migrate(owner_url(), context, scripts)
    else:
        asyncio.run(serve())
