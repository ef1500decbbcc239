"""Runs the analytics service: `python -m services.analytics`, or `... rebuild` to read all anew."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from pydantic import Field, SecretStr

from services.analytics.feed import consumers, serving
from services.analytics.feed.announcer import Announcer
from services.analytics.rpc import analytics_service, policy
from services.analytics.usecases import learning, sources
from services.chassis import channel, process, server, sweeping
from services.chassis.db import Database
from services.chassis.process import Process
from services.chassis.settings import Settings


class AnalyticsSettings(Settings):
    """Where the service listens, where its database is, and whom it follows."""

    database_url: SecretStr = Field(validation_alias="ANALYTICS_DATABASE_URL")
    owner_url: SecretStr = Field(SecretStr(""), validation_alias="ANALYTICS_OWNER_DATABASE_URL")
    listen: str = Field("127.0.0.1:7403", validation_alias="ANALYTICS_LISTEN")
    metrics_port: int | None = Field(None, validation_alias="ANALYTICS_METRICS_PORT")
    groups_address: str = Field("127.0.0.1:7401", validation_alias="GROUPS_ADDRESS")
    campaigns_address: str = Field("127.0.0.1:7402", validation_alias="CAMPAIGNS_ADDRESS")


@dataclass(frozen=True, slots=True)
class Opened:
    """What both the service and the rebuild work with."""

    process: Process
    db: Database
    channels: dict[str, grpc.aio.Channel]


async def serve() -> None:
    """Answers, follows and announces until it is told to stop."""
    settings = AnalyticsSettings()
    async with _opened(settings, settings.metrics_port) as opened:
        announcer = Announcer(opened.db)

        def register(to: grpc.aio.Server) -> list[str]:
            db = opened.db
            return [*analytics_service.register(to, db), *serving.register(to, db)]

        async with (
            consumers.following(opened.db, opened.channels, announcer.learned),
            announcer.running(),
            sweeping.running(opened.db),
            server.running(
                settings.listen,
                register,
                policy.POLICY,
                opened.process.verifier,
                with_reflection=opened.process.with_reflection,
            ),
        ):
            await server.until_stopped()


async def rebuild() -> None:
    """Forgets what was learned and reads both feeds from their beginning; ends when caught up."""
    settings = AnalyticsSettings()
    async with _opened(settings, None) as opened:
        owner, clock = settings.owner_url.get_secret_value(), opened.process.clock
        async with Database.open(owner, serving.encode, clock) as owned:
            await learning.forget_everything(owned)
        async with consumers.following(opened.db, opened.channels) as following:
            await consumers.caught_up(following)


@asynccontextmanager
async def _opened(settings: AnalyticsSettings, metrics_port: int | None) -> AsyncIterator[Opened]:
    url = settings.database_url.get_secret_value()
    async with (
        process.started("analytics", settings, metrics_port) as started,
        Database.open(url, serving.encode, started.clock) as db,
        channel.opened(settings.groups_address, started.credentials) as groups,
        channel.opened(settings.campaigns_address, started.credentials) as campaigns,
    ):
        yield Opened(started, db, {sources.GROUPS: groups, sources.CAMPAIGNS: campaigns})


if __name__ == "__main__":
    asyncio.run(rebuild() if sys.argv[1:] == ["rebuild"] else serve())
