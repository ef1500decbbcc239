"""The methods that there are, read from the contracts, and requests for them."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

import vio

Things = Mapping[str, Any]
Place = tuple[str, ...]
Door = tuple[str, str]

#: What the fields that name something name. `operation_id` names what no method gives yet.
NAMING = {
    "group_id": "group_id",
    "group_ids": "group_id",
    "any": "group_id",
    "all": "group_id",
    "none": "group_id",
    "contact_id": "contact_id",
    "contact_ids": "contact_id",
    "initial_contact_ids": "contact_id",
    "ids": "contact_id",
    "except_ids": "contact_id",
    "campaign_id": "campaign_id",
    "consent_id": "consent_id",
    "import_id": "import_id",
    "person_id": "person_id",
    "permitted_users": "person_id",
    "selection_token": "selection_token",
    "operation_id": "operation_id",
}
#: Names that a client gives itself, and the tenant that a machine names.
GIVEN = frozenset({"request_id", "external_id", "template_id", "tenant_id"})
#: Exactly one of these may stand in a request.
_EITHER = frozenset({"contact_ids", "selection", "selection_token"})


def _methods() -> Iterator[MethodDescriptor]:
    root = Path(next(iter(vio.__path__)))
    for file in sorted(root.rglob("*_pb2.py")):
        name = ".".join(("vio", *file.relative_to(root).with_suffix("").parts))
        for service in importlib.import_module(name).DESCRIPTOR.services_by_name.values():
            yield from service.methods


METHODS = {f"/{each.containing_service.full_name}/{each.name}": each for each in _methods()}
CONTEXTS = ("groups", "campaigns", "analytics")
#: Every method in every context that serves it: all of them serve the feed.
DOORS = sorted(
    (context, method)
    for method in METHODS
    for context in CONTEXTS
    if method.split(".")[1] in (context, "feed")
)


def request(method: str, things: Things) -> Any:
    """A request that names the things by the fields that are called like them."""
    made: Any = _filled(_asked(method), things)
    if "selection_token" in made.DESCRIPTOR.fields_by_name:
        made.ClearField("selection_token")
    return made


def places(method: str) -> list[Place]:
    """Every field of a method's request, however deep, that names something."""
    return [path for path in _texts(_asked(method), ()) if path[-1] in NAMING]


def unknown_names(method: str) -> list[str]:
    """The fields that look as if they named something and are not known here."""
    return [
        ".".join(path)
        for path in _texts(_asked(method), ())
        if path[-1].endswith(("_id", "_ids")) and path[-1] not in NAMING.keys() | GIVEN
    ]


def naming(method: str, things: Things, path: Place, value: str) -> Any:
    """A request filled with things that names `value` at a path, in a list beside own ones."""
    made = request(method, things)
    target = made
    for other in _EITHER - {path[0]}:
        if path[0] in _EITHER and other in made.DESCRIPTOR.fields_by_name:
            made.ClearField(other)
    for name in path[:-1]:
        target = getattr(target, name)
    field = target.DESCRIPTOR.fields_by_name[path[-1]]
    if field.is_repeated:
        own = things.get(NAMING[field.name])
        getattr(target, field.name)[:] = [value] if own is None else [own, value]
    else:
        setattr(target, field.name, value)
    return made


def _asked(method: str) -> Descriptor:
    asked: Descriptor = METHODS[method].input_type
    return asked


def _filled(of: Descriptor, things: Things) -> Message:
    message: Any = message_factory.GetMessageClass(of)()
    for field in of.fields:
        if field.name == "options" and field.message_type is not None:
            message.options.CopyFrom(_filled(field.message_type, things))
        elif field.name in things:
            _set(message, field, things[field.name])
    return message  # type: ignore[no-any-return]


def _set(message: Any, field: FieldDescriptor, value: Any) -> None:
    if field.message_type is not None:
        getattr(message, field.name).CopyFrom(value)
    elif field.is_repeated:
        getattr(message, field.name).extend(value)
    else:
        setattr(message, field.name, value)


def _texts(of: Descriptor, path: Place) -> Iterator[Place]:
    for field in of.fields:
        here = (*path, field.name)
        if field.type == FieldDescriptor.TYPE_STRING:
            yield here
        elif field.message_type is not None and not field.is_repeated:
            yield from _texts(field.message_type, here)
