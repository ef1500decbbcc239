"""An OpenID issuer for tests: real keys, discovery and JWKS over HTTP, tokens of any kind."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from services.chassis import caller
from services.chassis.caller import Caller, Role

AUDIENCE = "vioconcierge"
_KEY_ID = "test-key"


@dataclass(frozen=True)
class Person:
    """Somebody with a token: who they are to the services, and what they show."""

    caller: Caller
    token: str

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),)


@dataclass(frozen=True)
class Issuer:
    """Signs tokens with the key that its JWKS shows."""

    url: str
    key: rsa.RSAPrivateKey

    def person(self, role: Role, tenant_id: UUID | None, name: str = "Robin Test") -> Person:
        """A new person, or a machine of that name."""
        subject = name if role is Role.SERVICE else str(uuid4())
        who = Caller(
            tenant_id,
            caller.person_id(self.url, subject),
            role,
            name,
            machine=name if role is Role.SERVICE else "",
        )
        tenant = {} if tenant_id is None else {"tenant_id": str(tenant_id)}
        return Person(who, self.token(sub=subject, role=str(role), name=name, **tenant))

    def token(self, **claims: Any) -> str:
        """A token of an hour; any claim can be given, None leaves one out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "iat": now, "exp": now + 3600}
        given = {name: value for name, value in (usual | claims).items() if value is not None}
        headers = {"kid": _KEY_ID, "typ": "at+jwt"}
        return jwt.encode(given, self.key, algorithm="RS256", headers=headers)


@contextmanager
def running() -> Iterator[Issuer]:
    """Serves discovery, keys and the client-credentials grant on a free loopback port."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}", key)
    server.RequestHandlerClass = _handler(issuer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(issuer.key.public_key(), as_dict=True)
    pages = {
        "/.well-known/openid-configuration": {
            "issuer": issuer.url,
            "jwks_uri": f"{issuer.url}/jwks",
            "token_endpoint": f"{issuer.url}/token",
        },
        "/jwks": {"keys": [public | {"kid": _KEY_ID, "alg": "RS256", "use": "sig"}]},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(pages.get(self.path))

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["content-length"])).decode()
            fields = dict(pair.split("=", 1) for pair in asked.split("&"))
            token = issuer.token(sub=fields.get("client_id", "groups"), role="service")
            self._answer({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

        def log_message(self, *_: object) -> None:
            return None

        def _answer(self, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(200 if content else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
