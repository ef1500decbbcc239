"""The contracts as they were compiled, with the comments that describe them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

import vio

_LINK = re.compile(r"\[([^\]]+)\]\[[^\]]*\]")


def of_call(message: str) -> str:
    """What is said of the RPC that takes a message, both by their full names."""
    return of(_calls().get(message, message))


def of(name: str) -> str:
    """What is said above the element of that full name; links are written as plain words."""
    return _LINK.sub(r"\1", _comments().get(name, ""))


@cache
def shared_names() -> frozenset[str]:
    """The names of messages that several contexts use, each for its own."""
    names = Counter(message.name for file in _contracts() for message in file.message_type)
    return frozenset(name for name, count in names.items() if count > 1)


@cache
def _calls() -> dict[str, str]:
    """The RPC of each request, both by their full names."""
    return {
        method.input_type.removeprefix("."): f"{file.package}.{service.name}.{method.name}"
        for file in _contracts()
        for service in file.service
        for method in service.method
    }


@cache
def _contracts() -> list[FileDescriptorProto]:
    """The product's contracts as they were compiled, comments included."""
    file = Path(next(iter(vio.__path__))).parent / "descriptors.binpb"
    compiled = FileDescriptorSet.FromString(file.read_bytes())
    return [each for each in compiled.file if each.package.startswith("vio.")]


@cache
def _comments() -> dict[str, str]:
    """The comment above each element, by its full name."""
    return {name: text for file in _contracts() for name, text in _comments_of(file)}


def _comments_of(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    for location in file.source_code_info.location:
        if location.leading_comments:
            lines = (line.strip() for line in location.leading_comments.strip().splitlines())
            yield f"{file.package}.{_name(file, list(location.path))}", "\n".join(lines)


def _name(file: FileDescriptorProto, path: list[int]) -> str:
    """The dotted name of the element that a path of field numbers leads to."""
    names, element = [], file
    for number, index in zip(path[::2], path[1::2], strict=False):
        field = element.DESCRIPTOR.fields_by_number[number]
        element = getattr(element, field.name)[index]
        names.append(element.name)
    return ".".join(names)
