"""The gateway's routes, read from the application and its document, and requests for them."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import orjson
from google.protobuf.json_format import MessageToDict
from starlette.routing import Mount

from gateway import app
from gateway.stubs import Channels, Stubs
from services.chassis.auth import Verifier
from services.chassis.settings import Settings
from tests.authz import contracts, expected
from tests.authz.house import Things
from tests.support.issuer import Issuer

PREFIX = "/api"
_VARIABLE = re.compile(r"{(\w+)}")
_WITH_BODY = ("POST", "PUT", "PATCH")
_FILE = b"name,phone\nZed,+12125550199\n"


@dataclass(frozen=True)
class Asked:
    """A request as a client sends it."""

    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    async def by(
        self, client: httpx.AsyncClient, headers: Any = (), **query: str
    ) -> httpx.Response:
        """Sends it; a body is a file where a route takes one."""
        sent: list[tuple[str, str]] = list(headers)
        content = None if self.body is None else orjson.dumps(self.body)
        if self.path.endswith("/contacts/import"):
            content = _FILE
            sent.append(("content-type", "text/csv"))
        asked = client.build_request(
            self.method, self.path, params={**self.query, **query}, headers=sent, content=content
        )
        response = await client.send(asked, stream=True)
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            await response.aclose()
        else:
            await response.aread()
        return response


def application(channels: Any, issuer: Issuer) -> Any:
    """The gateway as it is built, over channels that nobody uses."""
    stubs = Stubs.over(Channels(**channels, background=channels["groups"]))
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)

    async def ready() -> bool:
        return True

    return app.build(stubs, Verifier(settings, httpx.AsyncClient()), ready)


def served(application: Any) -> set[str]:
    """Every method with every path, `/api` left out."""
    return {
        f"{method} {route.path.removeprefix(PREFIX)}"
        for route in application.routes
        for method in _methods(route)
    }


def _methods(route: Any) -> set[str]:
    """A path of the product knows its methods itself; mounted files can only be read."""
    if isinstance(route, Mount):
        return {"GET"}
    return set(route.methods or route.endpoint.endpoints) - {"HEAD"}


def documented(document: Any) -> set[str]:
    """The same as the published document says."""
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, operations in document["paths"].items()
        for method in operations
    }


def request(route: str, things: Things) -> Asked:
    """A request of a route that says what the method's own message would say."""
    method, path = route.split(" ")
    message = contracts.request(expected.ROUTES[route], things)
    if message.DESCRIPTOR.name == "ImportContactsRequest":
        message = message.options
    values = MessageToDict(message, preserving_proto_field_name=True)
    values = {name: _said(message, name, value) for name, value in values.items()}
    variables = _VARIABLE.findall(path)
    for name in (*variables, "update_mask"):
        values.pop(name, None)
    full = PREFIX + path.format(**{name: things.get(name, str(uuid4())) for name in variables})
    if method in _WITH_BODY and not path.endswith("/import"):
        return Asked(method, full, body=values)
    return Asked(method, full, query=values)


def _said(message: Any, name: str, value: Any) -> Any:
    """Enum values are words on the wire."""
    enum = message.DESCRIPTOR.fields_by_name[name].enum_type
    if enum is None:
        return value
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    return str(value).removeprefix(prefix).lower()
