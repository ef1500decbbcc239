"""Runs the analytics service, brings its schema up to date, or reads everything anew."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import httpx
from pydantic import Field

from services.analytics.feed import consumers
from services.analytics.rpc import analytics_service, policy
from services.analytics.usecases import learning, sources
from services.chassis import channel, failpoints, migrations, server, telemetry
from services.chassis.auth import Credentials, Verifier
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.settings import Settings

_SCRIPTS = Path(__file__).parent / "store" / "migrations"
_HTTP_TIMEOUT = 5.0


class OwnerSettings(Settings):
    """What the commands that own the schema are told."""

    owner_database_url: str = Field(validation_alias="ANALYTICS_OWNER_DATABASE_URL")


class ServiceSettings(Settings):
    """What the service is told."""

    database_url: str = Field(validation_alias="ANALYTICS_DATABASE_URL")
    listen: str = Field(validation_alias="ANALYTICS_LISTEN")
    metrics_port: int | None = Field(None, validation_alias="ANALYTICS_METRICS_PORT")
    groups_address: str = Field(validation_alias="GROUPS_ADDRESS")
    campaigns_address: str = Field(validation_alias="CAMPAIGNS_ADDRESS")


async def serve(settings: ServiceSettings) -> None:
    """Answers and follows until it is told to stop."""
    telemetry.configure("analytics", settings, metrics_port=settings.metrics_port)
    failpoints.arm(settings.failpoint)
    async with (
        httpx.AsyncClient(timeout=_HTTP_TIMEOUT) as http,
        _database(settings) as db,
        _channels(settings, http) as channels,
        consumers.following(db, channels),
        server.running(
            settings.listen,
            lambda served: analytics_service.register(served, db),
            policy.POLICY,
            Verifier(settings, http),
            with_reflection=settings.environment != "production",
        ),
    ):
        await server.until_stopped()


async def rebuild(settings: ServiceSettings, owner: OwnerSettings) -> None:
    """Drops what was learned and reads both feeds from their beginning; ends when caught up."""
    telemetry.configure("analytics-rebuild", settings)
    clock = Clock.load(settings.clock_file)
    async with Database.open(owner.owner_database_url, _announces_nothing, clock) as owned:
        await learning.forget_everything(owned)
    async with (
        httpx.AsyncClient(timeout=_HTTP_TIMEOUT) as http,
        _database(settings) as db,
        _channels(settings, http) as channels,
        consumers.following(db, channels) as following,
    ):
        await consumers.caught_up(following)


def migrate(settings: OwnerSettings) -> None:
    """Applies every missing revision."""
    migrations.migrate(settings.owner_database_url, "analytics", _SCRIPTS)


def main(command: str) -> None:
    """Does what the command line asks for."""
    match command:
        case "serve":
            asyncio.run(serve(ServiceSettings()))
        case "rebuild":
            asyncio.run(rebuild(ServiceSettings(), OwnerSettings()))
        case "migrate":
            migrate(OwnerSettings())
        case _:
            sys.exit("usage: python -m services.analytics [serve | rebuild | migrate]")


@asynccontextmanager
async def _database(settings: ServiceSettings) -> AsyncIterator[Database]:
    clock = Clock.load(settings.clock_file)
    async with Database.open(settings.database_url, _announces_nothing, clock) as db:
        yield db


@asynccontextmanager
async def _channels(
    settings: ServiceSettings, http: httpx.AsyncClient
) -> AsyncIterator[dict[str, grpc.aio.Channel]]:
    credentials = Credentials(settings, http)
    async with (
        channel.opened(settings.groups_address, credentials) as groups,
        channel.opened(settings.campaigns_address, credentials) as campaigns,
    ):
        yield {sources.GROUPS: groups, sources.CAMPAIGNS: campaigns}


def _announces_nothing(event: object) -> tuple[str, bytes]:
    raise TypeError(f"{type(event).__name__} is no event of analytics")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "serve")
