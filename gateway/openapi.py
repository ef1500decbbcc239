"""The OpenAPI document, made from the routes and the contracts with their comments."""

import re
from collections.abc import Iterable, Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway import comments, schemas, wire
from gateway.files import Download, Upload
from gateway.route import Route
from gateway.wire import Json

AnyRoute = Route | Upload | Download

_VARIABLE = re.compile(r"{(\w+)}")
_WITH_BODY = {"POST", "PUT", "PATCH"}
_LIFTED = {"update_mask", "request_id"}
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
    named: dict[str, Json] = {"Problem": _PROBLEM}
    paths: dict[str, Json] = {}
    for route in routes:
        operation = _operation(route, named)
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
            "schemas": dict(sorted(named.items())),
        },
    }


def _operation(route: AnyRoute, named: dict[str, Json]) -> Json:
    message, reply = wire.descriptor(route.message), wire.descriptor(route.reply)
    variables = _VARIABLE.findall(route.path)
    operation: Json = {
        "operationId": _operation_id(route),
        "summary": comments.of_call(message.full_name).partition("\n")[0],
        "description": comments.of_call(message.full_name),
        "parameters": list(_parameters(route, message, variables, named)),
        "responses": {
            str(route.status): {
                "description": comments.of(reply.full_name),
                "content": _answer(route, reply, named),
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
        operation["requestBody"] = _body(route, message, variables, named)
    return operation


def _body(route: Route, message: Descriptor, variables: list[str], named: dict[str, Json]) -> Json:
    fields = [each for each in message.fields if _in_body(each, route, variables)]
    body = schemas.of_fields(fields, named, asked=True)
    known = body["properties"]
    known |= {sent: known[name] for sent, name in route.rename.items()}
    if route.bare:
        bare = next(each for each in fields if each.name == route.bare)
        body = {"anyOf": [body, schemas.of_field(bare, named, asked=True)]}
    return {"content": {"application/json": {"schema": body}}}


def _answer(route: AnyRoute, reply: Descriptor, named: dict[str, Json]) -> Json:
    if isinstance(route, Download):
        return {route.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": _reply(route, reply, named)}}


def _operation_id(route: AnyRoute) -> str:
    words = re.sub(r"\W+", "_", route.path.replace("{", "by_")).strip("_")
    return f"{route.method.lower()}_{words}"


def _in_body(field: FieldDescriptor, route: AnyRoute, variables: list[str]) -> bool:
    return field.name not in {*variables, *_LIFTED, *route.given}


def _parameters(
    route: AnyRoute, message: Descriptor, variables: list[str], named: dict[str, Json]
) -> Iterator[Json]:
    for name in variables:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if "request_id" in message.fields_by_name:
        yield {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    if route.method in _WITH_BODY and not isinstance(route, Upload):
        return
    for field in message.fields:
        if _in_body(field, route, variables):
            yield {
                "name": field.name,
                "in": "query",
                "description": comments.of(field.full_name),
                "schema": schemas.of_field(field, named, asked=True),
            }


def _reply(route: AnyRoute, reply: Descriptor, named: dict[str, Json]) -> Json:
    reference = schemas.message(reply, named, asked=False)
    if not route.constants:
        return reference
    constants = {name: {"const": value} for name, value in route.constants.items()}
    extra = {"type": "object", "required": sorted(constants), "properties": constants}
    return {"allOf": [reference, extra]}
