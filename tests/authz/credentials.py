"""Eighteen ways to be nobody, each with the variants that are known to have worked somewhere."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.authz import expected
from tests.authz.house import Household, Metadata
from tests.support.issuer import Issuer

Claims = dict[str, Any]

_STRANGE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_ELSEWHERE = "http://127.0.0.1:9/attacker"


@dataclass(frozen=True)
class Credential:
    """What is shown; a query reaches REST only."""

    name: str
    headers: Metadata = ()
    query: dict[str, str] = field(default_factory=dict)


def claims(household: Household, role: str) -> Claims:
    """What a token of a role says."""
    if role == "service":
        return {"sub": "gateway", "role": "service", "name": "gateway"}
    tenant = str(household.id)
    return {"sub": str(uuid4()), "role": role, "name": "Nora Nobody", "tenant_id": tenant}


def against(issuer: Issuer, household: Household, method: str) -> list[Credential]:
    """Nobody's credentials, made out to whoever the method would let in."""
    role = "service" if method in expected.MACHINES_ONLY else "super_admin"
    wanted = claims(household, role)
    return list(_forged(issuer, wanted, {**wanted, "sub": "attacker", "tenant_id": str(uuid4())}))


def brought(issuer: Issuer, household: Household, _: str) -> list[Credential]:
    """The same as persons whom a genuine machine brings along."""
    machine = ("authorization", f"Bearer {issuer.token(**claims(household, 'service'))}")
    return [
        Credential(each.name, (machine, *persons))
        for each in against(issuer, household, "")
        if (persons := _as_persons(each.headers))
    ]


def _as_persons(headers: Metadata) -> Metadata:
    shown = (value for name, value in headers if name == "authorization")
    return tuple(("x-vio-caller", value.removeprefix("Bearer").strip()) for value in shown)


def bearer(name: str, token: str) -> Credential:
    return Credential(name, (("authorization", f"Bearer {token}"),))


def _forged(issuer: Issuer, claims: Claims, others: Claims) -> Iterator[Credential]:
    """Credentials of nobody: claims as the method wants them, and those of somebody else."""
    genuine = issuer.token(**claims)
    yield from _without_a_token(genuine)
    yield from _with_wrong_claims(issuer, claims)
    yield from _with_wrong_signatures(issuer, claims, others)
    yield from _with_wrong_keys(issuer, claims)


def _without_a_token(genuine: str) -> Iterator[Credential]:
    shown = ("authorization", f"Bearer {genuine}")
    yield Credential("none")
    yield Credential("empty", (("authorization", ""),))
    yield Credential("empty bearer", (("authorization", "Bearer"),))
    yield bearer("garbage", "x.y.z")
    yield Credential("another scheme", (("authorization", f"Basic {genuine}"),))
    yield Credential("two headers", (shown, shown))
    yield Credential("token elsewhere", (("x-access-token", genuine),), {"access_token": genuine})


def _with_wrong_claims(issuer: Issuer, claims: Claims) -> Iterator[Credential]:
    now = int(time.time())
    wrong: dict[str, Claims] = {
        "expired": {"iat": now - 7200, "exp": now - 3600},
        "never ends": {"exp": None},
        "not yet": {"nbf": now + 3600},
        "wrong issuer": {"iss": "https://issuer.example"},
        "wrong audience": {"aud": "another"},
        "no subject": {"sub": None},
        "unknown role": {"role": "owner"},
        "id token": {"at_hash": "x"},
        "id token by its word": {"typ": "ID"},
    }
    if claims["role"] != "service":
        wrong["no tenant"] = {"tenant_id": None}
    for name, changed in wrong.items():
        yield bearer(name, issuer.token(**{**claims, **changed}))


def _with_wrong_signatures(issuer: Issuer, claims: Claims, others: Claims) -> Iterator[Credential]:
    whole = _whole(issuer, claims)
    header, _, signature = issuer.token(**claims).split(".")
    public = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    yield bearer("none's algorithm", _unsigned({"alg": "none", "typ": "JWT"}, whole))
    yield bearer("no signature", _unsigned({"alg": "RS256", "kid": "test-key"}, whole))
    yield bearer("public key as secret", _hashed(whole, public))
    yield bearer("tampered", f"{header}.{_encoded(_whole(issuer, others))}.{signature}")
    yield bearer("id token by its type", _signed(issuer.key, whole, typ="id_token+jwt"))


def _with_wrong_keys(issuer: Issuer, claims: Claims) -> Iterator[Credential]:
    whole = _whole(issuer, claims)
    own = jwt.algorithms.RSAAlgorithm.to_jwk(_STRANGE.public_key(), as_dict=True)
    headers: dict[str, Claims] = {
        "attacker's key": {},
        "key in the token": {"jwk": own},
        "keys elsewhere": {"jku": f"{_ELSEWHERE}/jwks.json"},
        "certificate elsewhere": {"x5u": f"{_ELSEWHERE}/cert.pem"},
        "certificate in the token": {"x5c": ["MIIB"]},
        "a path as key": {"kid": "../../../../dev/null"},
        "a statement as key": {"kid": "' union select 'x' --"},
        "an unknown key": {"kid": str(uuid4())},
    }
    for name, more in headers.items():
        yield bearer(name, _signed(_STRANGE, whole, **more))


def _whole(issuer: Issuer, claims: Claims) -> Claims:
    now = int(time.time())
    return {"iss": issuer.url, "aud": "vioconcierge", "iat": now, "exp": now + 600, **claims}


def _signed(key: rsa.RSAPrivateKey, claims: Claims, **headers: Any) -> str:
    return jwt.encode(claims, key, "RS256", {"kid": "test-key", "typ": "at+jwt", **headers})


def _hashed(claims: Claims, secret: bytes) -> str:
    """The library refuses to do this; attackers do it by hand."""
    head = {"alg": "HS256", "typ": "at+jwt", "kid": "test-key"}
    content = f"{_encoded(head)}.{_encoded(claims)}"
    digest = hmac.new(secret, content.encode(), hashlib.sha256).digest()
    return f"{content}.{_text(digest)}"


def _unsigned(header: Claims, claims: Claims) -> str:
    return f"{_encoded(header)}.{_encoded(claims)}."


def _encoded(value: Claims) -> str:
    return _text(json.dumps(value).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
