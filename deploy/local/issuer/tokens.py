"""Signs tokens with a key that is kept in the stack's state."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from deploy.local.issuer.personas import Persona

LIFETIME = 3600
_KEY_ID = "development"


@dataclass(frozen=True, slots=True)
class Signer:
    """The issuer's key, with the name and audience that its tokens carry."""

    url: str
    audience: str
    key: rsa.RSAPrivateKey

    def for_person(self, persona: Persona) -> str:
        return self._signed(
            sub=persona.subject,
            tenant_id=str(persona.tenant_id),
            role=persona.role,
            name=persona.name,
        )

    def for_machine(self, name: str) -> str:
        return self._signed(sub=name, role="service", name=name)

    def jwks(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": _KEY_ID, "alg": "RS256", "use": "sig"}]}

    def _signed(self, **claims: str) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + LIFETIME}
        headers = {"kid": _KEY_ID, "typ": "at+jwt"}
        return jwt.encode(usual | claims, self.key, algorithm="RS256", headers=headers)


def kept_key(file: Path) -> rsa.RSAPrivateKey:
    """The key of the state; made at the first start, so that tokens outlive a restart."""
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as opened:
            opened.write(pem)
    loaded = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded
