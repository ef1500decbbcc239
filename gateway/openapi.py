"""The OpenAPI document, made from the routes and the contracts with their comments."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

import vio
from gateway import wire
from gateway.files import Download, Upload
from gateway.route import Route

Json = dict[str, Any]
AnyRoute = Route | Upload | Download

_VARIABLE = re.compile(r"{(\w+)}")
_LINK = re.compile(r"\[([^\]]+)\]\[[^\]]*\]")
_MOMENT = "google.protobuf.Timestamp"
_WITH_BODY = {"POST", "PUT", "PATCH"}
_LIFTED = {"update_mask", "request_id"}
_SCALARS: dict[int, Json] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_INT64: {"type": "integer", "format": "int64"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "int32", "minimum": 0},
}
_PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "reason", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "reason": {"type": "string", "description": "UPPER_SNAKE, never renamed."},
        "facts": {"type": "object", "additionalProperties": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "rule", "limit")},
            },
        },
        "request_id": {"type": "string"},
    },
}


def document(routes: Iterable[AnyRoute], prefix: str) -> Json:
    """OpenAPI 3.1, with every message that a route can reach."""
    schemas: dict[str, Json] = {"Problem": _PROBLEM}
    paths: dict[str, Json] = {}
    for route in routes:
        operation = _operation(route, schemas)
        paths.setdefault(prefix + route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "VioConcierge Contact Groups", "version": "1"},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _operation(route: AnyRoute, schemas: dict[str, Json]) -> Json:
    message, reply = wire.descriptor(route.message), wire.descriptor(route.reply)
    variables = _VARIABLE.findall(route.path)
    operation: Json = {
        "operationId": _operation_id(route),
        "summary": _of_call(message).partition("\n")[0],
        "description": _of_call(message),
        "parameters": list(_parameters(route, message, variables, schemas)),
        "responses": {
            str(route.status): {
                "description": comment(reply.full_name),
                "content": _answer(route, reply, schemas),
            },
            "default": {
                "description": "A refusal.",
                "content": {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                },
            },
        },
    }
    if isinstance(route, Upload):
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"content": {route.media_type: file}}
    elif isinstance(route, Route) and route.method in _WITH_BODY:
        operation["requestBody"] = _body(route, message, variables, schemas)
    return operation


def _body(
    route: Route, message: Descriptor, variables: list[str], schemas: dict[str, Json]
) -> Json:
    fields = [each for each in _fields(message) if _in_body(each, route, variables)]
    body = _object(fields, schemas, asked=True)
    known = body["properties"]
    known |= {sent: known[name] for sent, name in route.rename.items()}
    if route.bare:
        bare = next(each for each in fields if each.name == route.bare)
        body = {"anyOf": [body, _field(bare, schemas, asked=True)]}
    return {"content": {"application/json": {"schema": body}}}


def _answer(route: AnyRoute, reply: Descriptor, schemas: dict[str, Json]) -> Json:
    if isinstance(route, Download):
        return {route.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": _reply(route, reply, schemas)}}


def _operation_id(route: AnyRoute) -> str:
    words = re.sub(r"\W+", "_", route.path.replace("{", "by_")).strip("_")
    return f"{route.method.lower()}_{words}"


def _of_call(message: Descriptor) -> str:
    """What the contract says of the RPC that takes the message."""
    return comment(_calls().get(message.full_name, message.full_name))


@cache
def _calls() -> dict[str, str]:
    """The RPC of each request, both by their full names."""
    return {
        method.input_type.removeprefix("."): f"{file.package}.{service.name}.{method.name}"
        for file in contracts()
        for service in file.service
        for method in service.method
    }


def _in_body(field: FieldDescriptor, route: AnyRoute, variables: list[str]) -> bool:
    return field.name not in {*variables, *_LIFTED, *route.given}


def _parameters(
    route: AnyRoute, message: Descriptor, variables: list[str], schemas: dict[str, Json]
) -> Iterator[Json]:
    for name in variables:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if "request_id" in message.fields_by_name:
        yield {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    if route.method in _WITH_BODY and not isinstance(route, Upload):
        return
    for field in _fields(message):
        if _in_body(field, route, variables):
            yield {
                "name": field.name,
                "in": "query",
                "description": comment(field.full_name),
                "schema": _field(field, schemas, asked=True),
            }


def _reply(route: AnyRoute, reply: Descriptor, schemas: dict[str, Json]) -> Json:
    reference = _message(reply, schemas, asked=False)
    if not route.constants:
        return reference
    constants = {name: {"const": value} for name, value in route.constants.items()}
    extra = {"type": "object", "required": sorted(constants), "properties": constants}
    return {"allOf": [reference, extra]}


def _message(descriptor: Descriptor, schemas: dict[str, Json], *, asked: bool) -> Json:
    """What is asked with differs from what is answered with, so it has a name of its own."""
    if descriptor.full_name == _MOMENT:
        return {"type": "string", "format": "date-time"}
    name = _schema_name(descriptor) + ("Asked" if asked else "")
    if name not in schemas:
        schemas[name] = {}
        schemas[name] = {
            **_object(_fields(descriptor), schemas, asked=asked),
            "description": comment(descriptor.full_name),
        }
    return {"$ref": f"#/components/schemas/{name}"}


def _schema_name(descriptor: Descriptor) -> str:
    """The message's name, with its context in front where several contexts use it."""
    _, context, *_ = descriptor.full_name.split(".")
    return (context.title() if descriptor.name in _shared_names() else "") + descriptor.name


@cache
def _shared_names() -> frozenset[str]:
    names = Counter(message.name for file in contracts() for message in file.message_type)
    return frozenset(name for name, count in names.items() if count > 1)


def _object(fields: Iterable[FieldDescriptor], schemas: dict[str, Json], *, asked: bool) -> Json:
    """Replies show every field; of a request all may be left out or null, and no other is read."""
    properties = {each.name: _described(each, schemas, asked=asked) for each in fields}
    made: Json = {"type": "object", "properties": properties}
    return made | ({"additionalProperties": False} if asked else {"required": list(properties)})


def _described(field: FieldDescriptor, schemas: dict[str, Json], *, asked: bool) -> Json:
    shape = _field(field, schemas, asked=asked)
    may_be_null = asked or _is_null_when_unset(field)
    shape = {"anyOf": [shape, {"type": "null"}]} if may_be_null else shape
    return {**shape, "description": comment(field.full_name)}


def _is_null_when_unset(field: FieldDescriptor) -> bool:
    return not field.is_repeated and (field.has_presence or field.enum_type is not None)


def _field(field: FieldDescriptor, schemas: dict[str, Json], *, asked: bool) -> Json:
    if (held := wire.map_value(field)) is not None:
        return {"type": "object", "additionalProperties": _single(held, schemas, asked=asked)}
    single = _single(field, schemas, asked=asked)
    return {"type": "array", "items": single} if field.is_repeated else single


def _single(field: FieldDescriptor, schemas: dict[str, Json], *, asked: bool) -> Json:
    if field.message_type is not None:
        return _message(field.message_type, schemas, asked=asked)
    if field.enum_type is not None:
        return {
            "type": "string",
            "enum": [word for word in wire.words(field.enum_type).values() if word],
        }
    return _SCALARS.get(field.type, {"type": "string"})


def _fields(descriptor: Descriptor) -> list[FieldDescriptor]:
    return list(descriptor.fields)


@cache
def contracts() -> list[FileDescriptorProto]:
    """The product's contracts as they were compiled, comments included."""
    file = Path(next(iter(vio.__path__))).parent / "descriptors.binpb"
    compiled = FileDescriptorSet.FromString(file.read_bytes())
    return [each for each in compiled.file if each.package.startswith("vio.")]


@cache
def comments() -> dict[str, str]:
    """The comment above each element of the contracts, by its full name."""
    return {name: text for file in contracts() for name, text in _comments_of(file)}


def comment(name: str) -> str:
    return _LINK.sub(r"\1", comments().get(name, ""))


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
