"""JSON schemas of the contracts' messages, as they are asked with and as they are answered.

`named` gathers the schema of every message that was met, by its name in the document.
"""

from collections.abc import Iterable

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway import comments, wire
from gateway.wire import Json

_MOMENT = "google.protobuf.Timestamp"
_SCALARS: dict[int, Json] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_INT64: {"type": "integer", "format": "int64"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "int32", "minimum": 0},
}


def message(descriptor: Descriptor, named: dict[str, Json], *, asked: bool) -> Json:
    """A reference; what is asked with differs from what is answered, and is named apart."""
    if descriptor.full_name == _MOMENT:
        return {"type": "string", "format": "date-time"}
    name = _schema_name(descriptor) + ("Asked" if asked else "")
    if name not in named:
        named[name] = {}
        named[name] = {
            **of_fields(descriptor.fields, named, asked=asked),
            "description": comments.of(descriptor.full_name),
        }
    return {"$ref": f"#/components/schemas/{name}"}


def _schema_name(descriptor: Descriptor) -> str:
    """The message's name, with its context in front where several contexts use it."""
    _, context, *_ = descriptor.full_name.split(".")
    return (context.title() if descriptor.name in comments.shared_names() else "") + descriptor.name


def of_fields(fields: Iterable[FieldDescriptor], named: dict[str, Json], *, asked: bool) -> Json:
    """Replies show every field; of a request all may be left out or null, and no other is read."""
    properties = {each.name: _described(each, named, asked=asked) for each in fields}
    made: Json = {"type": "object", "properties": properties}
    return made | ({"additionalProperties": False} if asked else {"required": list(properties)})


def _described(field: FieldDescriptor, named: dict[str, Json], *, asked: bool) -> Json:
    shape = of_field(field, named, asked=asked)
    may_be_null = asked or _is_null_when_unset(field)
    shape = {"anyOf": [shape, {"type": "null"}]} if may_be_null else shape
    return {**shape, "description": comments.of(field.full_name)}


def _is_null_when_unset(field: FieldDescriptor) -> bool:
    return not field.is_repeated and (field.has_presence or field.enum_type is not None)


def of_field(field: FieldDescriptor, named: dict[str, Json], *, asked: bool) -> Json:
    """The values that one field takes."""
    if (held := wire.map_value(field)) is not None:
        return {"type": "object", "additionalProperties": _single(held, named, asked=asked)}
    single = _single(field, named, asked=asked)
    return {"type": "array", "items": single} if field.is_repeated else single


def _single(field: FieldDescriptor, named: dict[str, Json], *, asked: bool) -> Json:
    if field.message_type is not None:
        return message(field.message_type, named, asked=asked)
    if field.enum_type is not None:
        return {
            "type": "string",
            "enum": [word for word in wire.words(field.enum_type).values() if word],
        }
    return _SCALARS.get(field.type, {"type": "string"})
