"""Ids: UUIDs of version 7, which sort by the time they were made."""

import os
import time
from uuid import UUID

from services.chassis.errors import Invalid


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | noise
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return UUID(int=value)


def to_uuid(text: str, field: str) -> UUID:
    """Reads an id in its 36-character form, whatever its case."""
    try:
        value = UUID(text)
    except ValueError:
        value = None
    if value is None or str(value) != text.lower():
        raise Invalid("INVALID_ID", f"{field} must be a UUID.", field=field, limit="UUID")
    return value


def optional_uuid(text: str, field: str) -> UUID | None:
    """Reads an id that may be left out."""
    return to_uuid(text, field) if text else None
