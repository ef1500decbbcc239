"""Runs the campaigns' worker: `python -m services.campaigns.worker`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from pydantic import Field, SecretStr
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from services.campaigns import groups_client
from services.campaigns.feed import encoding
from services.campaigns.telephony.retell import Telephone
from services.campaigns.temporal.crew import crew
from services.campaigns.temporal.registering import ensure_search_attribute
from services.campaigns.temporal.starter import Starter
from services.campaigns.usecases import reconciling
from services.campaigns.usecases.desk import LINES, Desk
from services.chassis import background, channel, process, server
from services.chassis.db import Database
from services.chassis.errors import Refusal
from services.chassis.process import Process
from services.chassis.settings import Settings

RECONCILE_EVERY = 30.0


class WorkerSettings(Settings):
    """Where everything is that the worker works with."""

    database_url: SecretStr = Field(validation_alias="CAMPAIGNS_DATABASE_URL")
    groups_address: str = Field(validation_alias="GROUPS_ADDRESS")
    temporal_address: str = Field(validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field("default", validation_alias="TEMPORAL_NAMESPACE")
    provider_url: str = Field("https://api.retellai.com", validation_alias="RETELL_BASE_URL")
    provider_key: SecretStr = Field(validation_alias="RETELL_API_KEY")
    provider_timeout: float = Field(10.0, gt=0, validation_alias="RETELL_TIMEOUT")
    metrics_port: int | None = Field(None, validation_alias="CAMPAIGNS_WORKER_METRICS_PORT")
    reconcile_every: float = Field(RECONCILE_EVERY, gt=0, validation_alias="RECONCILE_EVERY")


async def work(settings: WorkerSettings) -> None:
    """Works until it is told to stop; batches in hand are seen through."""
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(process.started("campaigns-worker", settings))
        client = await _client(settings)
        desk = await stack.enter_async_context(_desk(settings, started))
        await stack.enter_async_context(crew(client, desk))
        await stack.enter_async_context(_reconciling(settings, desk, Starter(client)))
        await server.until_stopped()


async def _client(settings: WorkerSettings) -> Client:
    """Connects once Temporal is there, and makes sure that it knows the states of campaigns."""
    metrics = None
    if settings.metrics_port is not None:
        metrics = PrometheusConfig(bind_address=f"127.0.0.1:{settings.metrics_port}")
    client = await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        interceptors=[TracingInterceptor()],
        runtime=Runtime(telemetry=TelemetryConfig(metrics=metrics)),
    )
    await ensure_search_attribute(client)
    return client


@asynccontextmanager
async def _desk(settings: WorkerSettings, started: Process) -> AsyncIterator[Desk]:
    url, key = settings.database_url.get_secret_value(), settings.provider_key.get_secret_value()
    async with (
        Database.open(url, encoding.encode, started.clock, max_size=20) as db,
        channel.opened(settings.groups_address, started.credentials) as groups,
        Telephone.open(
            settings.provider_url,
            key,
            started.clock.now,
            timeout=settings.provider_timeout,
            lines=LINES,
        ) as telephone,
    ):
        yield Desk(db, telephone, groups_client.contacts(groups))


@asynccontextmanager
async def _reconciling(
    settings: WorkerSettings, desk: Desk, workflows: Starter
) -> AsyncIterator[None]:
    async def loop() -> None:
        while True:
            try:
                await reconciling.reconcile(desk, workflows)
            except Refusal as refusal:
                structlog.get_logger().warning("reconciler put off", reason=refusal.reason)
            except Exception:
                structlog.get_logger().exception("reconciler failed")
            await asyncio.sleep(settings.reconcile_every)

    async with background.running(loop(), "reconciler"):
        yield


if __name__ == "__main__":
    asyncio.run(work(WorkerSettings()))
