"""OpenID Connect over HTTP: discovery, keys, code with PKCE, client credentials."""

import html
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deploy.local.issuer.flows import Asked, Issuer, same
from deploy.local.issuer.personas import PERSONAS
from deploy.local.issuer.settings import IssuerSettings
from deploy.local.issuer.tokens import LIFETIME, Signer, kept_key

Field = Annotated[str, Form()]
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:16px system-ui;max-width:32rem;margin:3rem auto;padding:0 1rem}}
button{{display:block;width:100%;padding:.75rem;margin:.5rem 0;font:inherit;text-align:left}}
</style></head><body><main><h1>Sign in for development</h1>
<p>Choose who you want to be. None of these people exist.</p>
<form method="post" action="/authorize">{hidden}{people}</form></main></body></html>"""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """One method for each page of the issuer."""

    issuer: Issuer

    def health(self) -> Response:
        return Response("ok")

    def discovery(self) -> dict[str, Any]:
        return self.issuer.metadata()

    def jwks(self) -> dict[str, Any]:
        return self.issuer.signer.jwks()

    def choose(
        self,
        redirect_uri: str,
        code_challenge: str = "",
        code_challenge_method: str = "",
        state: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        asked = Asked(redirect_uri, code_challenge, state)
        if not asked.is_lawful or code_challenge_method != "S256":
            return _refused("invalid_request")
        return HTMLResponse(_page(asked))

    def chosen(
        self, persona: Field, redirect_uri: Field, code_challenge: Field, state: Field = ""
    ) -> Response:
        asked = Asked(redirect_uri, code_challenge, state)
        if not asked.is_lawful or persona not in PERSONAS:
            return _refused("invalid_request")
        return RedirectResponse(self.issuer.sign_in(asked, PERSONAS[persona]), 303)

    def token(
        self,
        grant_type: Field,
        code: Field = "",
        code_verifier: Field = "",
        redirect_uri: Field = "",
        client_id: Field = "",
        client_secret: Field = "",
    ) -> Response:
        if grant_type == "authorization_code":
            token = self.issuer.redeem(code, code_verifier, redirect_uri)
            return _granted(token, "invalid_grant")
        if grant_type == "client_credentials":
            return _granted(self.issuer.admit(client_id, client_secret), "invalid_client")
        return _refused("unsupported_grant_type")

    def impersonate(self, name: str, secret: Field) -> Response:
        """A person's token for whoever can read the stack's state."""
        known = self.issuer.settings.token_secret.get_secret_value()
        if name not in PERSONAS or not same(known, secret):
            return _refused("invalid_request")
        return _granted(self.issuer.signer.for_person(PERSONAS[name]), "")


def build(settings: IssuerSettings) -> FastAPI:
    key = kept_key(settings.state / "issuer-key.pem")
    pages = Endpoints(Issuer(settings, Signer(settings.url, settings.audience, key)))
    app = FastAPI(openapi_url=None)
    app.get("/health")(pages.health)
    app.get("/.well-known/openid-configuration")(pages.discovery)
    app.get("/jwks")(pages.jwks)
    app.get("/authorize", response_model=None)(pages.choose)
    app.post("/authorize", response_model=None)(pages.chosen)
    app.post("/token", response_model=None)(pages.token)
    app.post("/personas/{name}/token", response_model=None)(pages.impersonate)
    return app


def _page(asked: Asked) -> str:
    fields = {
        "redirect_uri": asked.redirect_uri,
        "code_challenge": asked.code_challenge,
        "state": asked.state,
    }
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    people = "".join(
        f'<button name="persona" value="{each.subject}"><strong>{each.name}</strong><br>'
        f"{each.role.replace('_', ' ')}, {each.business}</button>"
        for each in PERSONAS.values()
    )
    return _PAGE.format(hidden=hidden, people=people)


def _granted(token: str | None, error: str) -> Response:
    if token is None:
        return _refused(error)
    content = {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME}
    return JSONResponse(content, headers={"cache-control": "no-store"})


def _refused(error: str) -> Response:
    return JSONResponse({"error": error}, status_code=400)
