"""Values of messages: ids, moments, words of enums."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message


def moment(message: Message, field: str) -> datetime | None:
    """A moment that may be left out."""
    if not message.HasField(field):
        return None
    value: datetime = getattr(message, field).ToDatetime(UTC)
    return value


def word(enum: Any, number: int, prefix: str) -> str:
    """The word of an enum's value in lower case; empty if none was given or it is new."""
    name: str = enum.Name(number) if number in enum.values() else f"{prefix}UNSPECIFIED"
    found = name.removeprefix(prefix).lower()
    return "" if found == "unspecified" else found


def ids(texts: Any) -> tuple[UUID, ...]:
    return tuple(map(UUID, texts))
