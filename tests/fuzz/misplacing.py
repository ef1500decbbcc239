"""Asks every RPC with somebody's data where it does not belong."""

from collections.abc import AsyncIterator, Iterator, Sequence
from random import Random
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tests.fuzz import contracts
from tests.fuzz.asking import DOORS, METHODS, ask
from tests.fuzz.contracts import Door
from tests.fuzz.hostile import Maker
from tests.fuzz.house import House

_SEED = 1
_DEPTH = 3
# It names fields, and unknown ones are repeated.
_MASK = "google.protobuf.FieldMask"


async def refusals(house: House, words: Sequence[str]) -> AsyncIterator[bytes]:
    """All that every refusal says, in its details and its trailers."""
    for door, message in _orders(Maker(Random(_SEED), house.known()), words):
        bearer = house.tokens[contracts.asker(door[1])]
        answer = await ask(house, door, message.SerializeToString(), bearer)
        if answer.code is not grpc.StatusCode.OK:
            yield b"\n".join((answer.words.encode(), *answer.trailers))


def _orders(maker: Maker, words: Sequence[str]) -> Iterator[tuple[Door, Any]]:
    """Every RPC with a word in all of its texts, and with one in each of them by itself."""
    for door in DOORS:
        asked = METHODS[door[1]].input_type
        for word in words:
            yield door, _filled(asked, word, _DEPTH)
        for at, each in enumerate(filter(_is_text, asked.fields)):
            message = maker.valid(asked)
            _put(message, each, words[at % len(words)])
            yield door, message


def _filled(of: Descriptor, word: str, depth: int) -> Any:
    message: Any = message_factory.GetMessageClass(of)()
    for each in of.fields if of.full_name != _MASK else ():
        if _is_text(each):
            _put(message, each, word)
        elif each.message_type is not None and depth and not each.is_repeated:
            getattr(message, each.name).CopyFrom(_filled(each.message_type, word, depth - 1))
    return message


def _is_text(each: FieldDescriptor) -> bool:
    """An ETag is nobody's data: one that does not match is repeated."""
    return bool(each.type == FieldDescriptor.TYPE_STRING and each.name != "etag")


def _put(message: Any, each: FieldDescriptor, word: str) -> None:
    message.ClearField(each.name)
    if each.is_repeated:
        getattr(message, each.name).append(word)
    else:
        setattr(message, each.name, word)
