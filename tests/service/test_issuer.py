"""The development issuer, as a process of a stack: its flows, and the tokens it gives."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from deploy.local.errors import CannotStart
from deploy.local.issuer.flows import Asked, Issuer
from deploy.local.issuer.personas import PERSONAS
from deploy.local.issuer.settings import IssuerSettings
from deploy.local.issuer.tokens import Signer
from deploy.local.settings import Ports, Secrets, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack, running
from services.chassis.auth import Verifier
from services.chassis.caller import Caller, Role
from services.chassis.settings import Settings
from tests.support.ports import free_block

REDIRECT = "http://localhost:5173/signed-in"
VERIFIER = "v" * 43


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def told_by(location: str, name: str) -> str:
    return parse_qs(urlsplit(location).query)[name][0]


ASKED = {
    "redirect_uri": REDIRECT,
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
    "state": "s-1",
}


@dataclass(frozen=True)
class Browser:
    """A client of the issuer that knows no secret."""

    stack: StackSettings
    http: httpx.AsyncClient

    async def code(self, persona: str = "clinic-admin") -> str:
        """What the page of personas sends the client after a click."""
        answer = await self.http.post("/authorize", data=ASKED | {"persona": persona})
        return told_by(answer.headers["location"], "code")

    async def redeem(self, code: str, **other: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "redirect_uri": REDIRECT,
        }
        return await self.http.post("/token", data=form | other)

    async def admit(self, name: str, secret: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        return await self.http.post("/token", data=form)

    async def caller(self, token: str) -> Caller:
        """Whom the product takes the bearer for, by what the issuer publishes."""
        issuer = self.stack.issuer
        settings = Settings(environment="test", oidc_issuer=issuer, page_token_key="k" * 32)
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await Verifier(settings, http).verify(token)).caller


@pytest.fixture(scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    state = tmp_path_factory.mktemp("issuer")
    settings = StackSettings(state, Ports(free_block()), environment="test")
    async with (
        running(Stack(settings, say=lambda name, line: None, only=["issuer"])),
        httpx.AsyncClient(base_url=settings.issuer, trust_env=False) as http,
    ):
        yield Browser(settings, http)


async def test_discovery_names_endpoints_that_answer(browser: Browser) -> None:
    found = (await browser.http.get("/.well-known/openid-configuration")).json()

    keys = (await browser.http.get(found["jwks_uri"])).json()["keys"]

    assert found["issuer"] == browser.stack.issuer
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {(key["alg"], key["use"]) for key in keys} == {("RS256", "sig")}
    assert not {"d", "p", "q"} & keys[0].keys()


async def test_the_page_offers_every_persona_and_repeats_the_state_escaped(
    browser: Browser,
) -> None:
    page = (await browser.http.get("/authorize", params=ASKED | {"state": '"><script>'})).text

    assert re.findall(r'name="persona" value="([\w-]+)"', page) == list(PERSONAS)
    assert "<script>" not in page


@pytest.mark.parametrize("name", list(PERSONAS))
async def test_a_code_becomes_a_token_that_the_product_takes(browser: Browser, name: str) -> None:
    persona = PERSONAS[name]

    granted = await browser.redeem(await browser.code(name))

    caller = await browser.caller(granted.json()["access_token"])
    assert granted.headers["cache-control"] == "no-store"
    assert (caller.role, caller.tenant_id) == (Role(persona.role), persona.tenant_id)


async def test_the_client_gets_back_its_state(browser: Browser) -> None:
    answer = await browser.http.post("/authorize", data=ASKED | {"persona": "clinic-user"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    assert told_by(answer.headers["location"], "state") == "s-1"


async def test_a_code_that_was_made_up_is_refused(browser: Browser) -> None:
    assert (await browser.redeem("made-up")).json() == {"error": "invalid_grant"}


async def test_a_code_is_redeemed_once(browser: Browser) -> None:
    code = await browser.code()

    first, again = await browser.redeem(code), await browser.redeem(code)

    assert (first.status_code, again.status_code) == (200, 400)
    assert again.json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "other",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": "é" * 43},
        {"redirect_uri": "http://localhost:5173/elsewhere"},
    ],
)
async def test_a_code_is_worth_nothing_to_somebody_else(
    browser: Browser, other: dict[str, str]
) -> None:
    code = await browser.code()

    refused = await browser.redeem(code, **other)

    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "other",
    [
        {"code_challenge": ""},
        {"redirect_uri": "https://evil.example.com/"},
        {"redirect_uri": "http://localhost.evil.example.com/"},
        {"redirect_uri": "javascript://localhost/%0aalert(1)"},
    ],
)
async def test_nobody_is_sent_elsewhere_or_without_a_challenge(
    browser: Browser, other: dict[str, str]
) -> None:
    asked = await browser.http.get("/authorize", params=ASKED | other)
    chosen = await browser.http.post("/authorize", data=ASKED | other | {"persona": "root"})

    assert asked.status_code == 400
    assert chosen.is_client_error


@pytest.mark.parametrize("method", ["", "plain"])
async def test_a_challenge_is_a_hash(browser: Browser, method: str) -> None:
    asked = await browser.http.get("/authorize", params=ASKED | {"code_challenge_method": method})

    assert asked.status_code == 400


async def test_nobody_signs_in_as_a_person_who_is_not_listed(browser: Browser) -> None:
    chosen = await browser.http.post("/authorize", data=ASKED | {"persona": "somebody"})

    assert chosen.status_code == 400


async def test_a_machine_with_its_secret_is_a_service_without_a_tenant(browser: Browser) -> None:
    secret = Secrets.kept(browser.stack.state).machines["campaigns"]

    granted = await browser.admit("campaigns", secret)

    caller = await browser.caller(granted.json()["access_token"])
    assert (caller.role, caller.tenant_id, caller.machine) == (Role.SERVICE, None, "campaigns")


@pytest.mark.parametrize(
    ("name", "secret"),
    [("campaigns", "wrong"), ("campaigns", ""), ("nobody", "x"), ("groups", "é")],
)
async def test_a_machine_without_its_secret_is_refused(
    browser: Browser, name: str, secret: str
) -> None:
    refused = await browser.admit(name, secret)

    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_client"})


async def test_another_grant_is_refused(browser: Browser) -> None:
    refused = await browser.http.post("/token", data={"grant_type": "password"})

    assert refused.json() == {"error": "unsupported_grant_type"}


async def test_a_token_for_the_terminal_is_a_persons_token(browser: Browser) -> None:
    """`make token PERSON=salon-user`."""
    caller = await browser.caller(token(browser.stack, "salon-user"))

    assert caller.role is Role.CLIENT_USER


async def test_a_token_for_the_terminal_needs_the_stacks_secret(browser: Browser) -> None:
    for secret in ("wrong", "é"):
        refused = await browser.http.post("/personas/root/token", data={"secret": secret})
        assert refused.status_code == 400


async def test_an_unknown_person_is_told_who_there_is(browser: Browser) -> None:
    with pytest.raises(CannotStart, match="clinic-admin, clinic-user"):
        token(browser.stack, "nobody")


def test_a_code_ends_soon(tmp_path: Any) -> None:
    settings = IssuerSettings(
        url="http://127.0.0.1:1", state=tmp_path, secrets={}, token_secret="s", environment="test"
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer = Issuer(settings, Signer(settings.url, settings.audience, key), code_lifetime=0)

    answer = issuer.sign_in(Asked(REDIRECT, challenge_of(VERIFIER)), PERSONAS["root"])

    assert issuer.redeem(told_by(answer, "code"), VERIFIER, REDIRECT) is None
