"""Forms with one file, read as they arrive: fields first, then the file's bytes, never held."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from services.chassis.errors import Invalid

_MOST_FIELDS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is no file."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the file; the first piece of a file may be empty."""

    content: bytes
    first: bool = False


Part = Field | Piece


@dataclass(slots=True)
class _Reader:
    """Gathers what the parser calls out; only fields are kept until they are whole."""

    parts: deque[Part] = field(default_factory=deque)
    header: bytes = b""
    value: bytes = b""
    name: str = ""
    is_file: bool = False
    content: bytes = b""
    size: int = 0
    ended: bool = False

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._all,
            },
        )

    def _begin(self) -> None:
        self.name, self.is_file, self.content = "", False, b""

    def _header_field(self, text: bytes, start: int, end: int) -> None:
        self.header += self._counted(text[start:end])

    def _header_value(self, text: bytes, start: int, end: int) -> None:
        self.value += self._counted(text[start:end])

    def _header_end(self) -> None:
        if self.header.lower() == b"content-disposition":
            _, options = parse_options_header(self.value)
            self.name = options.get(b"name", b"").decode(errors="replace")
            self.is_file = b"filename" in options
        self.header, self.value = b"", b""

    def _headers_finished(self) -> None:
        if self.is_file:
            self.parts.append(Piece(b"", first=True))

    def _data(self, text: bytes, start: int, end: int) -> None:
        if self.is_file:
            self.parts.append(Piece(text[start:end]))
        else:
            self.content += self._counted(text[start:end])

    def _end(self) -> None:
        if not self.is_file:
            self.parts.append(Field(self.name, self.content.decode(errors="replace")))

    def _all(self) -> None:
        self.ended = True

    def _counted(self, text: bytes) -> bytes:
        self.size += len(text)
        if self.size > _MOST_FIELDS:
            raise Invalid(
                "BODY_TOO_LARGE",
                f"The fields of the form are larger than {_MOST_FIELDS} bytes.",
                field="body",
                limit=_MOST_FIELDS,
            )
        return text


async def opened(
    content_type: str, body: AsyncIterator[bytes]
) -> tuple[dict[str, str], AsyncIterator[bytes]]:
    """The fields, and the bytes of the file behind them, which are still to come."""
    parts = _parts(content_type, body)
    fields: dict[str, str] = {}
    async for part in parts:
        if isinstance(part, Piece):
            return fields, _file(parts)
        fields[part.name] = part.value
    raise Invalid("REQUIRED", "The form has no file.", field="file", limit="1")


async def _file(parts: AsyncIterator[Part]) -> AsyncIterator[bytes]:
    """The file must be the form's last part: what follows it would come too late to be heeded."""
    async for part in parts:
        if isinstance(part, Field) or part.first:
            raise Invalid(
                "FILE_NOT_LAST",
                "The file must be the last part of the form, and the only file.",
                field="file",
                limit="last",
            )
        yield part.content


async def _parts(content_type: str, body: AsyncIterator[bytes]) -> AsyncIterator[Part]:
    """Every part as soon as it is there; refuses a form that breaks off."""
    _, options = parse_options_header(content_type)
    reader = _Reader()
    try:
        parser = reader.parser(options.get(b"boundary", b""))
        async for chunk in body:
            parser.write(chunk)
            while reader.parts:
                yield reader.parts.popleft()
            if reader.ended:
                return
    except FormParserError as error:
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> Invalid:
    return Invalid(
        "FORM_UNREADABLE", "The form is broken or incomplete.", field="body", limit="multipart"
    )
