"""The flows of the issuer: a code for a person who chose, a token for a code or a secret."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from deploy.local.issuer.personas import Persona
from deploy.local.issuer.settings import IssuerSettings
from deploy.local.issuer.tokens import Signer

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks of the authorization endpoint (RFC 6749, RFC 7636)."""

    redirect_uri: str
    code_challenge: str
    state: str = ""

    @property
    def is_lawful(self) -> bool:
        return urlsplit(self.redirect_uri).hostname in _LOOPBACK and bool(self.code_challenge)


@dataclass(slots=True)
class Issuer:
    """Answers the issuer's questions; a code can be redeemed once."""

    settings: IssuerSettings
    signer: Signer
    codes: dict[str, tuple[Asked, Persona]] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        url = self.settings.url
        return {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "none"],
        }

    def sign_in(self, asked: Asked, persona: Persona) -> str:
        """Where the browser goes next, with a code for the person."""
        code = secrets.token_urlsafe(32)
        self.codes[code] = (asked, persona)
        return f"{asked.redirect_uri}?{urlencode({'code': code, 'state': asked.state})}"

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """A token for the code, if the verifier is the one whose hash was shown before."""
        asked, persona = self.codes.pop(code, (None, None))
        digest = hashlib.sha256(verifier.encode()).digest()
        shown = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not asked or not persona or asked.redirect_uri != redirect_uri:
            return None
        if not secrets.compare_digest(shown, asked.code_challenge):
            return None
        return self.signer.for_person(persona)

    def admit(self, name: str, secret: str) -> str | None:
        """A token for a machine that knows its secret."""
        expected = self.settings.secrets.get(name)
        known = expected.get_secret_value() if expected else secrets.token_hex()
        return self.signer.for_machine(name) if secrets.compare_digest(known, secret) else None
