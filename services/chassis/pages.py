"""Page tokens: opaque, sealed, and bound to the question that they continue."""

import base64
import binascii
import hashlib
import json
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.errors import Invalid

DEFAULT_SIZE = 25
LARGEST_SIZE = 100
_NONCE = 12

Key = str | int | float | None


@dataclass(frozen=True, slots=True)
class Position:
    """Where the page before ended, and the total that was counted once."""

    after: tuple[Key, ...]
    total: int
    capped: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class PageTokens:
    """Seals positions with a key that the processes of a context share."""

    secret: str

    def seal(self, query: bytes, position: Position) -> str:
        """`query` is everything that the listing depends on, the tenant and caller included."""
        content = json.dumps([position.after, position.total, position.capped, position.page])
        nonce = os.urandom(_NONCE)
        sealed = self._cipher().encrypt(nonce, content.encode(), query)
        return _text(nonce + sealed)

    def open(self, token: str, query: bytes) -> Position:
        """Refuses a token that was altered or belongs to another question."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            if _text(raw) != token:
                raise invalid_token()
            content = self._cipher().decrypt(raw[:_NONCE], raw[_NONCE:], query)
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise invalid_token() from error
        after, total, capped, page = json.loads(content)
        return Position(tuple(after), total, capped, page)

    def _cipher(self) -> AESGCM:
        return AESGCM(hashlib.sha256(self.secret.encode()).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def size(asked: int) -> int:
    """The page size to use: 25 unless asked, 100 at most; negative ones are refused."""
    if asked < 0:
        raise Invalid(
            "INVALID_PAGE_SIZE",
            f"page_size must be 0 to {LARGEST_SIZE}.",
            field="page_size",
            limit=LARGEST_SIZE,
        )
    return min(asked or DEFAULT_SIZE, LARGEST_SIZE)


def invalid_token() -> Invalid:
    return Invalid(
        "INVALID_PAGE_TOKEN",
        "This page token does not belong to this list. Start again from the first page.",
        field="page_token",
    )
