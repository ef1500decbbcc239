"""The flows of the issuer: a code for a person who chose, a token for a code or a secret."""

import base64
import hashlib
import secrets
import time
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
        """Only pages of this machine are sent a code, and only with a challenge."""
        redirect = urlsplit(self.redirect_uri)
        here = redirect.scheme == "http" and redirect.hostname in _LOOPBACK
        return here and bool(self.code_challenge)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person who signed in, for the client that asked, until a moment of this process."""

    asked: Asked
    persona: Persona
    until: float


@dataclass(slots=True)
class Issuer:
    """Answers the issuer's questions; a code can be redeemed once, and soon."""

    settings: IssuerSettings
    signer: Signer
    code_lifetime: float = 60.0
    codes: dict[str, Chosen] = field(default_factory=dict)

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
        self.codes[code] = Chosen(asked, persona, time.monotonic() + self.code_lifetime)
        return f"{asked.redirect_uri}?{urlencode({'code': code, 'state': asked.state})}"

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """A token for the code, if the verifier is the one whose hash was shown before."""
        chosen = self.codes.pop(code, None)
        if not chosen or chosen.asked.redirect_uri != redirect_uri:
            return None
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if time.monotonic() >= chosen.until or not same(challenge, chosen.asked.code_challenge):
            return None
        return self.signer.for_person(chosen.persona)

    def admit(self, name: str, secret: str) -> str | None:
        """A token for a machine that knows its secret."""
        expected = self.settings.secrets.get(name)
        known = expected.get_secret_value() if expected else secrets.token_hex()
        return self.signer.for_machine(name) if same(known, secret) else None


def same(known: str, shown: str) -> bool:
    """Compares secrets, in a time that tells nothing about them."""
    return secrets.compare_digest(known.encode(), shown.encode())
