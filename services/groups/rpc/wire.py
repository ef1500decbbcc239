"""Values between messages and the domain: ids, moments, words of enums."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.chassis.ids import to_uuid
from services.chassis.requests import Request
from services.groups.domain import errors
from services.groups.domain.paging import Paging
from vio.groups.v1 import page_pb2

Word = TypeVar("Word", bound=StrEnum)


def request(method: str, message: Any) -> Request:
    """The request as it can be recognised when it comes again."""
    return Request(method, message.request_id, message.SerializeToString(deterministic=True))


def paging(message: Any) -> Paging:
    """The page that a list request asks for."""
    return Paging(message.page, message.page_size, message.page_token)


def to_uuids(texts: Any, field: str) -> tuple[UUID, ...]:
    """Each id, in order."""
    return tuple(to_uuid(text, field) for text in texts)


def to_word(enum: Any, number: int, words: type[Word], field: str) -> Word | None:
    """The domain's word for an enum's value; None if it was left out."""
    if number == 0:
        return None
    name = _names(enum).get(number, "")
    word = name.removeprefix(_prefix(enum)).lower()
    if word not in set(words):
        raise errors.unknown_choice(field, [each.value for each in words])
    return words(word)


def from_word(enum: Any, word: str) -> Any:
    """The enum's value for one of the domain's words."""
    return enum.Value(f"{_prefix(enum)}{word.upper()}")


def is_descending(direction: int) -> bool:
    """Whether a list runs downwards; both words for either way are read."""
    if direction not in page_pb2.SortDirection.values():
        raise errors.unknown_choice("sort_direction", ["asc", "desc"])
    return direction in {page_pb2.SORT_DIRECTION_DESC, page_pb2.SORT_DIRECTION_DESCENDING}


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


def _names(enum: Any) -> dict[int, str]:
    return {value: name for name, value in enum.items()}


def _prefix(enum: Any) -> str:
    zero: str = enum.Name(0)
    return zero.removesuffix("UNSPECIFIED")
