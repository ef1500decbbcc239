"""Every context's real server and the gateway, in one process, on the run's PostgreSQL.

Only the engine that would run campaigns is the tests' own: they dial by hand.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import grpc
import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.routing import Route

from gateway import app
from gateway.app import Place
from gateway.stubs import Channels, Stubs
from services.analytics.feed import consumers
from services.analytics.feed import serving as analytics_feed
from services.analytics.feed.announcer import Announcer
from services.analytics.rpc import analytics_service
from services.analytics.rpc import policy as analytics_policy
from services.analytics.usecases import sources
from services.campaigns import groups_client
from services.campaigns import rpc as campaigns_rpc
from services.campaigns.feed import encoding as campaigns_encoding
from services.campaigns.feed import learning as campaigns_learning
from services.campaigns.feed import serving as campaigns_feed
from services.campaigns.rpc import policy as campaigns_policy
from services.campaigns.usecases.launch import Launching
from services.chassis import channel, server
from services.chassis.auth import Credentials, Verifier
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.interceptors import Guard
from services.chassis.pages import PageTokens
from services.chassis.policy import Policy
from services.chassis.server import Register
from services.chassis.settings import Settings
from services.groups import rpc as groups_rpc
from services.groups.feed import encoding as groups_encoding
from services.groups.feed import learning as groups_learning
from services.groups.feed import performance as groups_performance
from services.groups.feed import serving as groups_feed
from services.groups.rpc import first_sight
from services.groups.rpc import policy as groups_policy
from services.groups.usecases.people import Acquaintance
from tests.service.campaigns.desk import Engine
from tests.support import web
from tests.support.databases import Databases
from tests.support.issuer import Issuer
from tests.support.simulator import KEY, TUESDAY_NINE

_TOKENS = "k" * 32


@dataclass(frozen=True)
class Context:
    """A context as clients meet it, and its database."""

    db: Database
    address: str
    channel: grpc.aio.Channel


@dataclass(frozen=True)
class House:
    """The whole product: where REST is, and each context behind it."""

    url: str
    routes: frozenset[tuple[str, str]]
    groups: Context
    campaigns: Context
    analytics: Context

    @property
    def contexts(self) -> dict[str, Context]:
        return {name: getattr(self, name) for name in ("groups", "campaigns", "analytics")}


@dataclass(frozen=True)
class Builder:
    """Opens parts of the house, each until the house is left."""

    stack: AsyncExitStack
    databases: Databases
    settings: Settings
    http: httpx.AsyncClient
    clock: Clock

    async def database(self, context: str, encode: object) -> Database:
        url = self.databases.url(context)
        return await self.stack.enter_async_context(
            Database.open(url, encode, self.clock)  # type: ignore[arg-type]
        )

    async def serve(self, register: Register, policy: Policy, *behind: Guard) -> str:
        serving = server.running(
            "127.0.0.1:0",
            register,
            policy,
            Verifier(self.settings, self.http),
            with_reflection=True,
            behind=behind,
        )
        return f"127.0.0.1:{await self.stack.enter_async_context(serving)}"

    async def plain(self, address: str) -> grpc.aio.Channel:
        """As people reach a context: nothing is added."""
        return await self.stack.enter_async_context(grpc.aio.insecure_channel(address))

    async def web(self, served: FastAPI) -> str:
        return await self.stack.enter_async_context(web.app(served))

    async def forwarding(self, address: str) -> grpc.aio.Channel:
        """As the gateway reaches a context."""
        return await self.stack.enter_async_context(channel.opened(address))

    async def signed(self, address: str) -> grpc.aio.Channel:
        """As contexts reach each other."""
        credentials = Credentials(self.settings, self.http)
        return await self.stack.enter_async_context(channel.opened(address, credentials))


@asynccontextmanager
async def browser(house: House, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """REST as the bearer of a token sees it."""
    async with httpx.AsyncClient(
        base_url=f"{house.url}/api",
        headers={"authorization": f"Bearer {token}"} if token else {},
        timeout=20,
    ) as client:
        yield client


@asynccontextmanager
async def opened(databases: Databases, issuer: Issuer) -> AsyncIterator[House]:
    """Tuesday, nine in the morning in New York, and on from there."""
    settings = Settings(
        environment="test",
        oidc_issuer=issuer.url,
        oidc_client_id="house",
        oidc_client_secret=SecretStr("secret"),
        page_token_key=_TOKENS,
    )
    clock = Clock(TUESDAY_NINE, Clock.real_time().real_origin, 1)
    async with AsyncExitStack() as stack, httpx.AsyncClient() as http:
        yield await _built(Builder(stack, databases, settings, http, clock))
        await stack.aclose()


async def _built(builder: Builder) -> House:
    groups_db, groups = await _groups(builder)
    campaigns_db, campaigns = await _campaigns(builder, groups)
    analytics_db, analytics = await _analytics(builder, groups, campaigns)
    await _followers_of_groups(builder, groups_db, campaigns, analytics)
    channels = Channels(
        groups=await builder.forwarding(groups),
        campaigns=await builder.forwarding(campaigns),
        analytics=await builder.forwarding(analytics),
        background=await builder.signed(campaigns),
    )
    verifier = Verifier(builder.settings, builder.http)
    served = app.build(Stubs.over(channels), verifier, _ready)
    return House(
        await builder.web(served),
        _routes(served),
        Context(groups_db, groups, await builder.plain(groups)),
        Context(campaigns_db, campaigns, await builder.plain(campaigns)),
        Context(analytics_db, analytics, await builder.plain(analytics)),
    )


async def _groups(builder: Builder) -> tuple[Database, str]:
    db = await builder.database("groups", groups_encoding.encode)

    def register(to: grpc.aio.Server) -> list[str]:
        services = groups_rpc.register(to, db, PageTokens(_TOKENS))
        return [*services, *groups_feed.register(to, db)]

    known = first_sight.of(Acquaintance(db))
    return db, await builder.serve(register, groups_policy.POLICY, known)


async def _campaigns(builder: Builder, groups: str) -> tuple[Database, str]:
    db = await builder.database("campaigns", campaigns_encoding.encode)
    to_groups = await builder.signed(groups)
    contacts = groups_client.contacts(to_groups)
    follower = campaigns_learning.following(to_groups, db)
    await builder.stack.enter_async_context(follower.running())

    def register(to: grpc.aio.Server) -> list[str]:
        services = campaigns_rpc.register(
            to,
            Launching(db, contacts, Engine()),
            contacts,
            PageTokens(_TOKENS),
            provider_key=KEY,
            is_fresh=follower.is_fresh_for,
        )
        return [*services, *campaigns_feed.register(to, db)]

    return db, await builder.serve(register, campaigns_policy.POLICY)


async def _analytics(builder: Builder, groups: str, campaigns: str) -> tuple[Database, str]:
    db = await builder.database("analytics", analytics_feed.encode)
    announcer = Announcer(db, pause=0.1)
    channels = {
        sources.GROUPS: await builder.signed(groups),
        sources.CAMPAIGNS: await builder.signed(campaigns),
    }
    following = consumers.following(db, channels, announcer.learned)
    await builder.stack.enter_async_context(following)
    await builder.stack.enter_async_context(announcer.running())

    def register(to: grpc.aio.Server) -> list[str]:
        return [*analytics_service.register(to, db), *analytics_feed.register(to, db)]

    return db, await builder.serve(register, analytics_policy.POLICY)


async def _followers_of_groups(
    builder: Builder, db: Database, campaigns: str, analytics: str
) -> None:
    for follower in (
        groups_learning.following(await builder.signed(campaigns), db),
        groups_performance.following(await builder.signed(analytics), db),
    ):
        await builder.stack.enter_async_context(follower.running())


async def _ready() -> bool:
    return True


def _routes(served: FastAPI) -> frozenset[tuple[str, str]]:
    """Method and path of everything that is served below the prefix."""
    return frozenset(
        (method, route.path.removeprefix(app.PREFIX))
        for route in served.routes
        if isinstance(route, Route) and isinstance(route.endpoint, Place)
        for method in route.endpoint.endpoints
    )
