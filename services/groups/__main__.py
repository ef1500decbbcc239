"""Runs the groups service: `python -m services.groups`."""

import asyncio
from contextlib import AsyncExitStack

import grpc
from pydantic import Field, SecretStr

from services.chassis import channel, process, server, sweeping
from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings
from services.groups import rpc
from services.groups.feed import encoding, learning, performance, serving
from services.groups.rpc import first_sight
from services.groups.rpc.policy import POLICY
from services.groups.usecases.people import Acquaintance


class GroupsSettings(Settings):
    """Where the service listens, where its database is, and whom it follows."""

    database_url: SecretStr = Field(validation_alias="GROUPS_DATABASE_URL")
    listen: str = Field("127.0.0.1:7401", validation_alias="GROUPS_LISTEN")
    metrics_port: int | None = Field(None, validation_alias="GROUPS_METRICS_PORT")
    campaigns: str = Field("127.0.0.1:7402", validation_alias="CAMPAIGNS_ADDRESS")
    analytics: str = Field("127.0.0.1:7403", validation_alias="ANALYTICS_ADDRESS")


async def serve() -> None:
    settings = GroupsSettings()
    async with AsyncExitStack() as stack:
        opened = stack.enter_async_context
        started = await opened(process.started("groups", settings, settings.metrics_port))
        url = settings.database_url.get_secret_value()
        db = await opened(Database.open(url, encoding.encode, started.clock))
        campaigns = await opened(channel.opened(settings.campaigns, started.credentials))
        analytics = await opened(channel.opened(settings.analytics, started.credentials))
        await opened(learning.following(campaigns, db).running())
        await opened(performance.following(analytics, db).running())
        await opened(sweeping.running(db))
        tokens = PageTokens(settings.page_token_key.get_secret_value())

        def register(to: grpc.aio.Server) -> list[str]:
            return [*rpc.register(to, db, tokens), *serving.register(to, db)]

        await opened(
            server.running(
                settings.listen,
                register,
                POLICY,
                started.verifier,
                with_reflection=started.with_reflection,
                behind=[first_sight.of(Acquaintance(db))],
            )
        )
        await server.until_stopped()


if __name__ == "__main__":
    asyncio.run(serve())
