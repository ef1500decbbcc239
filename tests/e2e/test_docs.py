"""The documentation's page in a real browser, on a machine without a network."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import grpc
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from playwright.async_api import Page
from starlette.requests import Request
from starlette.responses import Response

from gateway import app
from gateway.routes import ROUTES
from gateway.stubs import Channels, Stubs
from services.chassis.auth import Verifier
from services.chassis.settings import Settings
from tests.support import chromium


@pytest.fixture
async def gateway() -> AsyncIterator[FastAPI]:
    """The gateway's pages need no context behind them."""
    settings = Settings(environment="test", oidc_issuer="http://127.0.0.1", page_token_key="k" * 32)
    async with (
        grpc.aio.insecure_channel("127.0.0.1:1") as nobody,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        channels = Channels(groups=nobody, campaigns=nobody, analytics=nobody, background=nobody)
        verifier = Verifier(settings, http)
        yield app.build(Stubs.over(channels), verifier, lambda: asyncio.sleep(0, True))


@pytest.fixture
async def address(gateway: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(gateway, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    (listening,) = server.servers[0].sockets
    yield "http://{}:{}".format(*listening.getsockname())
    server.should_exit = True
    await serving


def _hosts_asked_by(page: Page) -> set[str | None]:
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    return hosts


async def test_the_page_shows_every_operation_and_asks_no_other_host(address: str) -> None:
    async with chromium.page() as page:
        hosts = _hosts_asked_by(page)
        await page.goto(f"{address}/docs")
        operations = page.locator(".opblock")
        await operations.first.wait_for()

        shown = await operations.count()

    assert shown == len(ROUTES)
    assert hosts == {"127.0.0.1"}


async def test_a_page_that_needs_another_host_is_seen(gateway: FastAPI, address: str) -> None:
    """The framework's own page takes its script from a public address."""

    async def public(_: Request) -> Response:
        return get_swagger_ui_html(openapi_url="/openapi.json", title="Public")

    gateway.add_route("/public", public)
    async with chromium.page() as page:
        hosts = _hosts_asked_by(page)
        await page.goto(f"{address}/public")

    assert hosts > {"127.0.0.1"}
