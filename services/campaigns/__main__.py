"""Runs the campaigns service: `python -m services.campaigns`."""

import asyncio
from contextlib import AsyncExitStack

import grpc
from pydantic import Field, SecretStr
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor

from services.campaigns import groups_client, rpc
from services.campaigns.feed import encoding, learning, serving
from services.campaigns.rpc.policy import POLICY
from services.campaigns.temporal.starter import Starter
from services.campaigns.usecases.launch import Launching
from services.chassis import channel, process, server, sweeping
from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings


class CampaignsSettings(Settings):
    """Where the service listens, and where everything is that it works with."""

    database_url: SecretStr = Field(validation_alias="CAMPAIGNS_DATABASE_URL")
    listen: str = Field("127.0.0.1:7402", validation_alias="CAMPAIGNS_LISTEN")
    metrics_port: int | None = Field(None, validation_alias="CAMPAIGNS_METRICS_PORT")
    groups: str = Field(validation_alias="GROUPS_ADDRESS")
    temporal: str = Field(validation_alias="TEMPORAL_ADDRESS")
    namespace: str = Field("default", validation_alias="TEMPORAL_NAMESPACE")
    provider_key: SecretStr = Field(validation_alias="RETELL_API_KEY")


async def serve() -> None:
    settings = CampaignsSettings()
    async with AsyncExitStack() as stack:
        opened = stack.enter_async_context
        started = await opened(process.started("campaigns", settings, settings.metrics_port))
        url = settings.database_url.get_secret_value()
        db = await opened(Database.open(url, encoding.encode, started.clock))
        groups = await opened(channel.opened(settings.groups, started.credentials))
        client = await Client.connect(
            settings.temporal,
            namespace=settings.namespace,
            interceptors=[TracingInterceptor()],
            lazy=True,
        )
        contacts = groups_client.contacts(groups)
        consumer = await opened(learning.following(groups, db).running())
        await opened(sweeping.running(db))

        def register(to: grpc.aio.Server) -> list[str]:
            services = rpc.register(
                to,
                Launching(db, contacts, Starter(client)),
                contacts,
                PageTokens(settings.page_token_key.get_secret_value()),
                provider_key=settings.provider_key.get_secret_value(),
                is_fresh=consumer.is_fresh_for,
            )
            return [*services, *serving.register(to, db)]

        reflecting = started.with_reflection
        await opened(
            server.running(
                settings.listen, register, POLICY, started.verifier, with_reflection=reflecting
            )
        )
        await server.until_stopped()


if __name__ == "__main__":
    asyncio.run(serve())
