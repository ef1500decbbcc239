"""What every process of the product opens first: clock, telemetry, verifier, credentials."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from services.chassis import failpoints, telemetry
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
