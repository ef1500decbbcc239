"""The issuer's keys: read when they are needed; an issuer in trouble troubles nobody known."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from services.chassis import auth
from services.chassis.auth import Verifier
from services.chassis.errors import Unauthenticated, Unavailable
from services.chassis.ids import new_id
from services.chassis.settings import Settings

URL = "http://issuer.test"


@dataclass
class Issuer:
    """Publishes its keys over an HTTP transport of its own; it can hang, until it is given up."""

    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    hangs: bool = False
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    def make(self, name: str) -> None:
        self.keys[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, name: str, key: str | None = None) -> str:
        claims = {
            "iss": URL,
            "aud": "vioconcierge",
            "sub": name,
            "role": "service",
            "iat": int(time.time()),
            "exp": int(time.time()) + 600,
            "jti": str(new_id()),
        }
        signer = self.keys[key or name]
        return jwt.encode(claims, signer, algorithm="RS256", headers={"kid": name})

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.hangs:
            await self.given_up.wait()
            raise httpx.ReadTimeout("silent")
        if request.url.path.endswith("configuration"):
            return httpx.Response(200, json={"jwks_uri": f"{URL}/jwks"})
        as_jwk = jwt.algorithms.RSAAlgorithm.to_jwk
        keys = [
            json.loads(as_jwk(key.public_key())) | {"kid": name, "alg": "RS256"}
            for name, key in self.keys.items()
        ]
        return httpx.Response(200, json={"keys": keys})


@pytest.fixture
def issuer() -> Issuer:
    made = Issuer()
    made.make("first")
    return made


@pytest.fixture
async def verifier(issuer: Issuer) -> AsyncIterator[Verifier]:
    settings = Settings(environment="test", oidc_issuer=URL, page_token_key="k" * 32)
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer)) as http:
        yield Verifier(settings, http)


async def is_let_in(verifier: Verifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except Unauthenticated:
        return False
    return True


async def test_known_keys_serve_while_strangers_wait_for_a_silent_issuer(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_BETWEEN_KEY_READS", 0.0)
    await verifier.verify(issuer.token("first"))
    issuer.hangs, asked = True, issuer.asked
    strangers = [
        asyncio.create_task(verifier.verify(issuer.token(f"invented-{n}", "first")))
        for n in range(3)
    ]
    while issuer.asked == asked:
        await asyncio.sleep(0)

    async with asyncio.timeout(10):
        known = await verifier.verify(issuer.token("first"))

    assert known.caller.machine == "first"
    assert not any(stranger.done() for stranger in strangers)
    issuer.given_up.set()
    for stranger in strangers:
        with pytest.raises(Unavailable):
            await stranger


async def test_invented_key_names_make_nobody_read_again(
    issuer: Issuer, verifier: Verifier
) -> None:
    await verifier.verify(issuer.token("first"))
    asked = issuer.asked

    for n in range(5):
        with pytest.raises(Unauthenticated):
            await verifier.verify(issuer.token(f"invented-{n}", "first"))

    assert issuer.asked == asked


async def test_an_issuer_that_never_answered_is_no_reason_to_sign_in_again(
    issuer: Issuer, verifier: Verifier
) -> None:
    issuer.hangs = True
    issuer.given_up.set()

    for _ in range(2):
        with pytest.raises(Unavailable):
            await verifier.verify(issuer.token("first"))


async def test_a_key_that_was_taken_back_is_forgotten(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.make("leaked")
    leaked = issuer.token("leaked")
    await verifier.verify(issuer.token("leaked"))
    del issuer.keys["leaked"]
    monkeypatch.setattr(auth, "_KEYS_LAST", 0.0)
    monkeypatch.setattr(auth, "_REMEMBERED_FOR", 0.0)
    monkeypatch.setattr(auth, "_BETWEEN_KEY_READS", 0.0)
    await verifier.verify(issuer.token("first"))

    async with asyncio.timeout(10):
        while await is_let_in(verifier, leaked):
            await asyncio.sleep(0.01)
