"""Who a token's bearer is: verified against the issuer's published keys, in every process."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import jwt
from jwt import PyJWK, PyJWKSet

from services.chassis import caller as callers
from services.chassis import errors
from services.chassis.caller import Caller, Role
from services.chassis.settings import Settings

ALGORITHMS = ("RS256", "ES256")
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
LEEWAY = 30
_FOREIGN_KEYS = {"jwk", "jku", "x5u", "x5c"}
_TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
# What only an id token carries: it tells a client who signed in, and lets nobody in.
_HASHES_OF_ID_TOKENS = {"at_hash", "c_hash"}
_REMEMBERED = 4096
_REMEMBERED_FOR = 60.0
_BETWEEN_KEY_READS = 10.0
_KEYS_LAST = 600.0


@dataclass(frozen=True, slots=True)
class Known:
    """A verified bearer, and until when the token holds (Unix seconds)."""

    caller: Caller
    expires: float


@dataclass(slots=True)
class Verifier:
    """Verifies tokens of one issuer for one audience; keys are read when they are needed."""

    settings: Settings
    http: httpx.AsyncClient
    _keys: dict[str, PyJWK] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _renewing: asyncio.Task[None] | None = None
    _known: OrderedDict[bytes, tuple[Known, float]] = field(default_factory=OrderedDict)

    async def verify(self, token: str) -> Known:
        """Refuses whatever the issuer did not sign for us, and roles that nobody knows."""
        digest = hashlib.sha256(token.encode()).digest()
        if (known := self._remembered(digest)) is not None:
            return known
        known = self._known_by(await self._claims(token))
        self._known[digest] = (known, time.monotonic() + _REMEMBERED_FOR)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known

    def _remembered(self, digest: bytes) -> Known | None:
        known, until = self._known.get(digest, (None, 0.0))
        if known and time.monotonic() < until and time.time() < known.expires:
            return known
        self._known.pop(digest, None)
        return None

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.keys() & _FOREIGN_KEYS or _type_of(header) not in _TYPES:
                raise unauthenticated()
            claims: Mapping[str, Any] = jwt.decode(
                token,
                await self._key(str(header.get("kid", ""))),
                algorithms=list(ALGORITHMS),
                issuer=self.settings.oidc_issuer,
                audience=self.settings.oidc_audience,
                leeway=LEEWAY,
                options={"require": _REQUIRED},
            )
        except jwt.PyJWTError as error:
            raise unauthenticated() from error
        if _is_id_token(claims):
            raise unauthenticated()
        return claims

    def _known_by(self, claims: Mapping[str, Any]) -> Known:
        settings = self.settings
        try:
            role = Role(claims.get(settings.claim_role, ""))
            tenant = claims.get(settings.claim_tenant)
            tenant_id = None if role is Role.SERVICE else UUID(tenant)
        except (ValueError, TypeError, AttributeError) as error:
            raise unauthenticated() from error
        subject = str(claims["sub"])
        caller = Caller(
            tenant_id,
            callers.person_id(settings.oidc_issuer, subject),
            role,
            str(claims.get(settings.claim_name, "")),
            machine=subject if role is Role.SERVICE else "",
        )
        return Known(caller, float(claims["exp"]))

    async def _key(self, key_id: str) -> PyJWK:
        """The issuer's key of that name; who shows a known one waits for nobody."""
        if key_id not in self._keys:
            async with self._reading:
                if key_id not in self._keys and self._may_read():
                    await self._read_keys()
        elif time.monotonic() - self._read_at > _KEYS_LAST and self._may_read():
            self._renewing = asyncio.create_task(self._renewed())
        if key_id in self._keys:
            return self._keys[key_id]
        if self._read_at < self._tried_at:
            raise errors.unavailable("sign-in service")
        raise unauthenticated()

    def _may_read(self) -> bool:
        """Tokens that name invented keys make nobody read more often than this."""
        return time.monotonic() - self._tried_at > _BETWEEN_KEY_READS

    async def _renewed(self) -> None:
        """Forgets keys that the issuer took back; while it is silent the known ones hold."""
        with suppress(errors.Unavailable):
            await self._read_keys()

    async def _read_keys(self) -> None:
        self._tried_at = time.monotonic()
        try:
            jwks = await _json(self.http, (await discover(self.http, self.settings))["jwks_uri"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise errors.unavailable("sign-in service") from error
        keys = PyJWKSet.from_dict(dict(jwks)).keys
        self._keys = {str(key.key_id): key for key in keys if key.key_type != "oct"}
        self._read_at = time.monotonic()


@dataclass(slots=True)
class Credentials:
    """A machine's own token by the client-credentials grant, renewed before it ends."""

    settings: Settings
    http: httpx.AsyncClient
    _token: str = ""
    _renew_at: float = 0.0
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def token(self) -> str:
        async with self._renewing:
            if time.monotonic() >= self._renew_at:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        settings = self.settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.oidc_client_id,
            "client_secret": settings.oidc_client_secret.get_secret_value(),
        }
        try:
            endpoint = (await discover(self.http, settings))["token_endpoint"]
            response = await self.http.post(endpoint, data=form)
            granted = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise errors.unavailable("sign-in service") from error
        self._token = granted["access_token"]
        self._renew_at = time.monotonic() + max(1.0, granted["expires_in"] * 0.8)


async def discover(http: httpx.AsyncClient, settings: Settings) -> Mapping[str, Any]:
    """The issuer's description of itself (OpenID Connect Discovery 1.0)."""
    issuer = settings.oidc_issuer.rstrip("/")
    return await _json(http, f"{issuer}/.well-known/openid-configuration")


def bearer(values: list[str]) -> str:
    """The token of an `authorization` header, of which there must be exactly one."""
    if len(values) == 1:
        scheme, _, token = values[0].partition(" ")
        if scheme.lower() == "bearer" and token:
            return token
    raise unauthenticated()


def unauthenticated() -> errors.Unauthenticated:
    return errors.Unauthenticated("UNAUTHENTICATED", "Please sign in.")


def _is_id_token(claims: Mapping[str, Any]) -> bool:
    kinds = (str(claims.get(name, "")).lower() for name in ("typ", "token_use"))
    return "id" in kinds or bool(claims.keys() & _HASHES_OF_ID_TOKENS)


def _type_of(header: Mapping[str, Any]) -> str | None:
    kind = header.get("typ")
    return None if kind is None else str(kind).lower()


async def _json(http: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    response = await http.get(url)
    content: Mapping[str, Any] = response.raise_for_status().json()
    return content
