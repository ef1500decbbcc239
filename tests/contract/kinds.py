"""Shapes of JSON, and what is wrong with a value that should have one.

A shape is a dictionary of names (more may appear), a kind of value, or one of these
in a list, under keys that nobody knows before, or with null allowed.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Shape = Any


@dataclass(frozen=True)
class Kind:
    """A value without parts."""

    name: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Maybe:
    """Null is a value too; the name is there all the same."""

    shape: Shape


@dataclass(frozen=True)
class Many:
    """A list, empty or not."""

    shape: Shape


@dataclass(frozen=True)
class Keyed:
    """An object whose names are not known before."""

    name: Kind
    shape: Shape


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_COLOR = re.compile(r"#[0-9A-F]{6}")


def faults(shape: Shape, value: Any, path: str = "it") -> list[str]:
    """Everything that a client of the shape would trip over."""
    return list(_faults(shape, value, path))


def words(*known: str) -> Kind:
    """One of the words, in lower case."""
    return Kind(f"one of {', '.join(known)}", lambda value: value in known)


def exactly(wanted: Any) -> Kind:
    return Kind(repr(wanted), lambda value: type(value) is type(wanted) and value == wanted)


def _faults(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, Kind):
        if not shape.holds(value):
            yield f"{path} is {value!r}, not {shape.name}"
    elif isinstance(shape, Maybe):
        if value is not None:
            yield from _faults(shape.shape, value, path)
    elif isinstance(shape, Many):
        yield from _list_faults(shape, value, path)
    elif not isinstance(value, dict):
        yield f"{path} is {value!r}, not an object"
    elif isinstance(shape, Keyed):
        for name, held in value.items():
            yield from _faults(shape.name, name, f"a name in {path}")
            yield from _faults(shape.shape, held, f"{path}.{name}")
    else:
        yield from _object_faults(shape, value, path)


def _list_faults(shape: Many, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} is {value!r}, not a list"
        return
    for at, each in enumerate(value):
        yield from _faults(shape.shape, each, f"{path}[{at}]")


def _object_faults(shape: dict[str, Shape], value: dict[str, Any], path: str) -> Iterator[str]:
    for name, held in shape.items():
        if name in value:
            yield from _faults(held, value[name], f"{path}.{name}")
        else:
            yield f"{path}.{name} is missing"


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_percent(value: Any) -> bool:
    return isinstance(value, float) and 0 <= value <= 100 and round(value, 2) == value


def _like(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


TEXT = Kind("a text", lambda value: isinstance(value, str))
SENTENCE = Kind("a text with something in it", lambda value: isinstance(value, str) and value != "")
UUID = Kind("a UUID", _is_id)
NO_UUID = Kind("a UUID or an empty text", lambda value: value == "" or _is_id(value))
TIME = Kind("a moment in UTC (RFC 3339)", _like(_TIME))
DATE = Kind("a date", _like(_DATE))
CLOCK = Kind("hours and minutes", _like(_CLOCK))
COLOR = Kind("a colour", _like(_COLOR))
COUNT = Kind("a whole number from 0", _is_count)
NUMBER = Kind("a number", lambda value: type(value) in {int, float} and value >= 0)
PERCENT = Kind("a rate in percent with at most two decimals", _is_percent)
SWITCH = Kind("true or false", lambda value: isinstance(value, bool))
