"""The application: routes by path, request ids, problems, health, metrics, documentation."""

import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import docs, openapi, problems
from gateway.limits import LARGEST_BODY, Limited
from gateway.lingering import Lingering
from gateway.live import Hub, Live
from gateway.route import Endpoint, json_response
from gateway.routes import ROUTES
from gateway.stubs import Stubs
from gateway.webhooks import Webhook
from services.chassis import auth
from services.chassis.auth import Verifier
from services.chassis.interceptors import REQUEST_ID
from services.chassis.turns import Turns

PREFIX = "/api"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_LONGEST_ID = 64
# One process works on them in turns anyway: more would be held back for nothing.
_AT_ONCE = 2


class Identified:
    """Gives every request an id, and every reply the headers that browsers should have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(REQUEST_ID, "")
        known = sent if _is_plain(sent) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = known

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**_SAFE, REQUEST_ID: known}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def build(
    stubs: Stubs,
    verifier: Verifier,
    ready: Callable[[], Awaitable[bool]],
    largest_body: int = LARGEST_BODY,
) -> FastAPI:
    """The gateway over the given stubs; `ready` tells whether the contexts answer."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.exception_handlers.update(problems.handlers())
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)
    app.add_middleware(Limited, most=largest_body)
    app.add_middleware(Identified)
    app.add_middleware(Lingering)
    for path, endpoints in _by_path(stubs, verifier).items():
        app.add_route(PREFIX + path, Place(endpoints))  # type: ignore[arg-type] # an application
    _add_pages(app, ready)
    return app


def _by_path(stubs: Stubs, verifier: Verifier) -> dict[str, dict[str, Endpoint]]:
    """Every path with its methods, so that a wrong method is told which ones there are."""
    signed, turns = Webhook(), Turns(at_once=_AT_ONCE)
    paths: dict[str, dict[str, Endpoint]] = {signed.path: {signed.method: signed.endpoint(stubs)}}
    for route in (*ROUTES, Live(Hub(stubs))):
        endpoint = _for_bearers(verifier, turns, route.endpoint(stubs))
        paths.setdefault(route.path, {})[route.method] = endpoint
    return dict(sorted(paths.items(), key=lambda entry: _specificity(entry[0])))


def _for_bearers(verifier: Verifier, turns: Turns, endpoint: Endpoint) -> Endpoint:
    """Asks who calls before anything of the request is read or kept.

    A turn is taken by what is ready to be asked: a body that comes slowly holds nobody up.
    """

    async def answer(request: Request) -> Response:
        token = auth.bearer(request.headers.getlist("authorization"))
        request.state.bearer = await verifier.verify(token)
        request.state.turn = turns.of(request.state.bearer.caller)
        return await endpoint(request)

    return answer


def _specificity(path: str) -> tuple[bool, ...]:
    """Sorts fixed parts of paths before variable ones."""
    return tuple(part.startswith("{") for part in path.split("/"))


@dataclass(frozen=True, slots=True)
class Place:
    """A path with its methods.

    It takes every method itself: one that it lacks would else be taken for a variable
    path's, as if `ungrouped` were the id of a contact.
    """

    endpoints: Mapping[str, Endpoint]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if method not in self.endpoints:
            allowed = ", ".join(sorted(self.endpoints))
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": allowed})
        response = await self.endpoints[method](Request(scope, receive, send))
        await response(scope, receive, send)


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and text.isascii() and text.replace("-", "").isalnum()


def _add_pages(app: FastAPI, ready: Callable[[], Awaitable[bool]]) -> None:
    document = openapi.document(ROUTES, PREFIX)

    async def alive(_: Request) -> Response:
        return json_response({"status": "ok"})

    async def is_ready(_: Request) -> Response:
        answers = await ready()
        return json_response({"status": "ok" if answers else "waiting"}, 200 if answers else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def described(_: Request) -> Response:
        return json_response(document)

    pages: Iterable[tuple[str, Any]] = (
        ("/healthz", alive),
        ("/readyz", is_ready),
        ("/metrics", metrics),
        ("/openapi.json", described),
    )
    for path, page in pages:
        app.add_route(path, page)
    docs.add(app, "/openapi.json")
