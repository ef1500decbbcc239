"""Requests that no honest client sends: noise, broken messages, valid ones with bad values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from vio.groups.v1 import group_pb2

TEXTS = (
    "",
    "\0",
    "a\0b",
    "\r\n\t",
    "%",
    "_%" * 200,
    "\\",
    "' or 1=1; drop table contacts --",
    "(a+)+$[[:alpha:]]{1,9999}",
    "\u202eevil\u202c",
    "\u200b\u200d\ufeff",
    "👩‍👩‍👧‍👦" * 50,
    "e\u0301" * 300,
    "A" * 10_000,
    "{00000000-0000-0000-0000-000000000000}",
    "+12125550100\n+12125550101",
    "../../etc/passwd",
    "=HYPERLINK(1)",
    "NaN",
    "\ud7ff\ue000\U0010ffff",
)
_INTEGERS = (-(2**31), -1, 0, 1, 101, 10**9, 2**31 - 1)
# The years 1, 9999, 0 and 10000, and as far as the wire goes.
_SECONDS = (-62135596800, 253402300799, -62167219200, 253402300800, 2**63 - 1, -(2**63))
_MANY = 100_000
_DEEP = 100
_LARGE = 1_000_000
_WIRE_TYPES = 6
_BY_NAME: Mapping[str, Any] = {
    "name": [f"Zed {number}" for number in range(1_000)],
    "phone": "+12125550140",
    "call_timing": 1,
    "reason": "because",
    "search": "ann",
    "page_size": 10,
    "limit": 100,
    "email": "zed@example.com",
    "color": "#3B82F6",
    "role": "client_user",
    "channel": "voice",
    "purpose": "appointments",
    "path": "name",
    "icon": "🔔",
    "visibility": group_pb2.VISIBILITY_CUSTOM,
    "timezone": "America/New_York",
}
# Fields that name a thing by another word than its own, without an "s" at the end.
_ALSO: Mapping[str, str] = {
    "any": "group_id",
    "all": "group_id",
    "none": "group_id",
    "id": "contact_id",
    "except_id": "contact_id",
    "initial_contact_id": "contact_id",
}
_ALWAYS = frozenset({*_BY_NAME, "update_mask"})
# How much of what may be left out a message holds.
_FILLED = (0.0, 0.4, 0.8)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes requests of a method, the same ones from the same seed."""

    chance: Random
    things: Mapping[str, Any]

    def request(self, of: Descriptor) -> bytes:
        """Of ten requests four are noise, four broken, two valid with bad values."""
        (make,) = self.chance.choices((self._noise, self._broken, self._bad_values), (4, 4, 2))
        return make(of)

    def valid(self, of: Descriptor) -> Any:
        """A message that names things which exist, its optional parts here and there."""
        message: Any = message_factory.GetMessageClass(of)()
        filled = self.chance.choice(_FILLED)
        for each in of.fields:
            name = each.name.removesuffix("s")
            if name in self.things or name in _ALWAYS or self.chance.random() < filled:
                self._fill(message, each)
        return message

    def _noise(self, _: Descriptor) -> bytes:
        return self.chance.randbytes(self.chance.choice((0, 1, 7, 100, 5_000)))

    def _broken(self, of: Descriptor) -> bytes:
        content = self.valid(of).SerializeToString()
        break_it: Callable[[bytes], bytes] = self.chance.choice(
            (self._flip, self._cut, self._twice, self._retyped, self._nested, _endless, _unknown)
        )
        return break_it(content)

    def _bad_values(self, of: Descriptor) -> bytes:
        message = self.valid(of)
        for each in self.chance.sample(list(of.fields), self.chance.randint(0, len(of.fields))):
            message.ClearField(each.name)
            self._spoil(message, each)
        content: bytes = message.SerializeToString()
        return content

    def _flip(self, content: bytes) -> bytes:
        changed = bytearray(content or b"\0")
        for _ in range(self.chance.randint(1, 4)):
            changed[self.chance.randrange(len(changed))] ^= 1 << self.chance.randrange(8)
        return bytes(changed)

    def _cut(self, content: bytes) -> bytes:
        return content[: self.chance.randint(0, max(len(content) - 1, 0))]

    def _twice(self, content: bytes) -> bytes:
        return content * self.chance.randint(2, 5)

    def _retyped(self, content: bytes) -> bytes:
        """Repeats field numbers with wire types that may not be theirs."""
        tags = [number << 3 | self.chance.randrange(_WIRE_TYPES) for number in range(1, 16)]
        return content + bytes(each for tag in tags for each in (tag, 1, 65))

    def _nested(self, content: bytes) -> bytes:
        """Groups within groups, closed again or not."""
        return content + b"\xfb\x07" * _DEEP + b"\xfc\x07" * self.chance.choice((0, _DEEP))

    def _fill(self, message: Any, each: FieldDescriptor) -> None:
        value = self._known(each)
        if each.message_type is not None and not _is_map(each):
            inner = [self.valid(each.message_type)]
            _put_messages(message, each, inner)
        elif value is not None:
            _put(message, each, [value])

    def _known(self, each: FieldDescriptor) -> Any:
        name = each.name.removesuffix("s")
        known = self.things.get(_ALSO.get(name, name), _BY_NAME.get(name))
        if isinstance(known, list):
            return self.chance.choice(known)
        if known is not None or each.message_type is not None:
            return known
        if each.enum_type is not None:
            return self.chance.choice(each.enum_type.values).number
        return _PLAIN.get(each.type)

    def _spoil(self, message: Any, each: FieldDescriptor) -> None:
        if each.message_type is not None and not _is_map(each):
            _put_messages(message, each, [self._spoilt(each.message_type)])
        elif each.message_type is None:
            _put(message, each, list(self._bad(each)))

    def _spoilt(self, of: Descriptor) -> Any:
        message: Any = message_factory.GetMessageClass(of)()
        if of.full_name == "google.protobuf.Timestamp":
            message.seconds = self.chance.choice(_SECONDS)
            message.nanos = self.chance.choice((0, -1, 2**31 - 1))
            return message
        for each in of.fields:
            self._spoil(message, each)
        return message

    def _bad(self, each: FieldDescriptor) -> Iterator[Any]:
        if each.is_repeated and each.type == FieldDescriptor.TYPE_STRING and self._seldom():
            yield from (str(uuid4()) for _ in range(_MANY))
        elif each.type == FieldDescriptor.TYPE_STRING:
            yield self.chance.choice(TEXTS)
        elif each.type == FieldDescriptor.TYPE_BYTES:
            yield self.chance.randbytes(100)
        elif each.enum_type is not None:
            yield self.chance.choice((-1, 99, 2**31 - 1))
        elif each.type == FieldDescriptor.TYPE_BOOL:
            yield True
        elif each.type == FieldDescriptor.TYPE_DOUBLE:
            yield self.chance.choice((float("nan"), float("inf"), -1e308))
        else:
            yield self.chance.choice(_INTEGERS)

    def _seldom(self) -> bool:
        return self.chance.random() < 0.05  # 3.8 MB each


_PLAIN: Mapping[int, Any] = {
    FieldDescriptor.TYPE_STRING: "abc",
    FieldDescriptor.TYPE_BYTES: b"abc",
    FieldDescriptor.TYPE_BOOL: True,
}


def _endless(content: bytes) -> bytes:
    """A field that says it is 2 GB long."""
    return content + b"\x0a\xff\xff\xff\xff\x07abc"


def _unknown(content: bytes) -> bytes:
    """A megabyte under a field number that nobody has given out."""
    length = bytes((_LARGE & 0x7F | 0x80, _LARGE >> 7 & 0x7F | 0x80, _LARGE >> 14))
    return content + b"\xfa\x07" + length + b"x" * _LARGE


def _is_map(each: FieldDescriptor) -> bool:
    return each.message_type is not None and bool(each.message_type.GetOptions().map_entry)


def _put(message: Any, each: FieldDescriptor, values: Sequence[Any]) -> None:
    """Sets what fits the field's type; numbers are cut to its width."""
    if each.is_repeated:
        getattr(message, each.name).extend(values)
        return
    value = values[0]
    if each.type == FieldDescriptor.TYPE_UINT32:
        value = abs(value) % 2**32
    setattr(message, each.name, value)


def _put_messages(message: Any, each: FieldDescriptor, values: Sequence[Any]) -> None:
    if each.is_repeated:
        getattr(message, each.name).extend(values)
    else:
        getattr(message, each.name).CopyFrom(values[0])
