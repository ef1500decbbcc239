"""JSON from messages and messages from JSON, compiled once per message type.

Names are the contract's, enum values lower-case words, moments RFC 3339 in UTC;
what is unset and may be null is null.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from services.chassis.errors import Invalid

Json = dict[str, Any]
Writer = Callable[[Any], Any]

_MOMENT = "google.protobuf.Timestamp"
_INTEGERS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
}
_SWITCHES = {"true": True, "false": False}


@cache
def writer(of: Descriptor) -> Writer:
    """Compiles a message type into a function from message to dictionary."""
    if of.full_name == _MOMENT:
        return _from_moment
    names: dict[str, Any] = {}
    entries = [f"{field.name!r}: {_expression(field, names)}" for field in of.fields]
    exec(f"def write(m): return {{{', '.join(entries)}}}", names)
    return names["write"]  # type: ignore[no-any-return]


def read(message: type[Message], values: Mapping[str, Any]) -> Message:
    """The message that the values describe; refuses unknown names and values of other types."""
    return _message(descriptor(message), values, "")


def unknown_field(name: str) -> Invalid:
    return Invalid("UNKNOWN_FIELD", f"There is no field {name[:100]}.", field=name[:100])


@cache
def words(enum: EnumDescriptor) -> dict[int, str | None]:
    """An enum's values as the words that stand on the wire; the unspecified one is null."""
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    known = {each.number: each.name.removeprefix(prefix).lower() for each in enum.values}
    return {**known, 0: None}


def descriptor(message: type[Message]) -> Descriptor:
    """The description of a message type."""
    return cast(Descriptor, message.DESCRIPTOR)


def map_value(field: FieldDescriptor) -> FieldDescriptor | None:
    """What a map's values are; None for any other field."""
    kind = field.message_type
    if kind is None or not kind.GetOptions().map_entry:
        return None
    return kind.fields[1]


def _expression(field: FieldDescriptor, names: dict[str, Any]) -> str:
    """The text that reads one field of `m`; what it needs goes into `names`."""
    path = f"m.{field.name}"
    if (held := map_value(field)) is not None:
        return f"{{k: {_value(held, names, 'v')} for k, v in {path}.items()}}"
    if field.is_repeated:
        return f"[{_value(field, names, 'v')} for v in {path}]"
    value = _value(field, names, path)
    return f"{value} if m.HasField({field.name!r}) else None" if field.has_presence else value


def _value(field: FieldDescriptor, names: dict[str, Any], path: str) -> str:
    if field.message_type is not None:
        names[f"write_{field.name}"] = writer(field.message_type)
        return f"write_{field.name}({path})"
    if field.enum_type is not None:
        names[f"words_{field.name}"] = words(field.enum_type)
        return f"words_{field.name}.get({path})"
    return path


def _from_moment(message: Any) -> datetime:
    moment: datetime = message.ToDatetime(UTC)
    return moment


def _message(of: Descriptor, values: Any, path: str) -> Message:
    if not isinstance(values, Mapping):
        raise _wrong(path, "an object")
    made = message_factory.GetMessageClass(of)()
    for name, value in values.items():
        field = of.fields_by_name.get(name)
        where = f"{path}.{name}" if path else name
        if field is None:
            raise unknown_field(where)
        if value is not None:
            _set(made, field, value, where)
    return made


def _set(made: Message, field: FieldDescriptor, value: Any, path: str) -> None:
    if (held := map_value(field)) is not None:
        if not isinstance(value, Mapping):
            raise _wrong(path, "an object")
        getattr(made, field.name).update({k: _read(held, v, path) for k, v in value.items()})
    elif field.is_repeated:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise _wrong(path, "a list")
        getattr(made, field.name).extend(_read(field, each, path) for each in value)
    elif field.message_type is not None:
        getattr(made, field.name).CopyFrom(_read(field, value, path))
    else:
        setattr(made, field.name, _read(field, value, path))


def _read(field: FieldDescriptor, value: Any, path: str) -> Any:
    if field.message_type is not None:
        if field.message_type.full_name == _MOMENT:
            return _to_moment(field.message_type, value, path)
        return _message(field.message_type, value, path)
    if field.enum_type is not None:
        return _to_number(field.enum_type, value, path)
    if field.type in _INTEGERS:
        return _to_integer(value, path, *_INTEGERS[field.type])
    if field.type == FieldDescriptor.TYPE_BOOL:
        value = _SWITCHES.get(value, value) if isinstance(value, str) else value
        return _typed(value, bool, path, "true or false")
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return float(_typed(value, (int, float), path, "a number"))
    return _to_text(value, path)


def _to_text(value: Any, path: str) -> str:
    text: str = _typed(value, str, path, "a text")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _wrong(path, "a text of whole characters") from error
    return text


def _to_moment(of: Descriptor, value: Any, path: str) -> Message:
    rule = "a moment with its offset, such as 2026-09-15T09:00:00-04:00"
    try:
        moment = datetime.fromisoformat(_typed(value, str, path, rule))
    except ValueError as error:
        raise _wrong(path, rule) from error
    if moment.tzinfo is None:
        raise _wrong(path, rule)
    made: Any = message_factory.GetMessageClass(of)()
    try:
        made.FromDatetime(moment)
    except (ValueError, OverflowError) as error:
        raise _wrong(path, rule) from error
    return made  # type: ignore[no-any-return]


def _to_number(enum: EnumDescriptor, value: Any, path: str) -> int:
    known = {word: number for number, word in words(enum).items() if word}
    if not isinstance(value, str) or value not in known:
        raise _wrong(path, f"one of: {', '.join(known)}")
    return known[value]


def _to_integer(value: Any, path: str, least: int, most: int) -> int:
    rule = f"a whole number from {least} to {most}"
    if isinstance(value, str):
        digits = value.removeprefix("-")
        value = int(value) if digits.isascii() and digits.isdigit() and len(digits) < 20 else value
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _wrong(path, rule)
    return value


def _typed(value: Any, kind: type | tuple[type, ...], path: str, rule: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _wrong(path, rule)
    return value


def _wrong(path: str, rule: str) -> Invalid:
    return Invalid("INVALID_VALUE", f"{path or 'The body'} must be {rule}.", field=path, limit=rule)
