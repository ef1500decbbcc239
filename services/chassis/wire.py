"""Values between messages and the domain: ids, moments, pages, words of enums."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.chassis import errors
from services.chassis.ids import to_uuid
from services.chassis.listing import Paging
from services.chassis.requests import Request

Word = TypeVar("Word", bound=StrEnum)
MOST_IDS = 10_000


def request(method: str, message: Any) -> Request:
    """The request as it can be recognised when it comes again."""
    return Request(method, message.request_id, message.SerializeToString(deterministic=True))


def paging(message: Any) -> Paging:
    """The page that a list request asks for."""
    return Paging(message.page, message.page_size, message.page_token)


def to_uuids(texts: Any, field: str) -> tuple[UUID, ...]:
    """Each id once, in order; refuses to read lists far beyond any rule, which takes long."""
    if len(texts) > MOST_IDS:
        raise errors.too_many_ids(field, len(texts), MOST_IDS)
    return tuple(dict.fromkeys(to_uuid(text, field) for text in texts))


def to_word(enum: Any, number: int, words: type[Word], field: str) -> Word | None:
    """The domain's word for an enum's value; None if it was left out."""
    if number == 0:
        return None
    names = {value: name for name, value in enum.items()}
    word = names.get(number, "").removeprefix(_prefix(enum)).lower()
    if word not in set(words):
        raise errors.unknown_choice(field, [each.value for each in words])
    return words(word)


def from_word(enum: Any, word: str | None) -> Any:
    """The enum's value for one of the domain's words; unspecified for none."""
    return enum.Value(f"{_prefix(enum)}{word.upper()}") if word else 0


def to_moment(message: Message, field: str) -> datetime | None:
    """A moment that may be left out."""
    if not message.HasField(field):
        return None
    stamp: Timestamp = getattr(message, field)
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise errors.no_moment(field) from error


def from_moment(moment: datetime | None) -> Timestamp | None:
    """A moment that may be missing."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _prefix(enum: Any) -> str:
    zero: str = enum.Name(0)
    return zero.removesuffix("UNSPECIFIED")
