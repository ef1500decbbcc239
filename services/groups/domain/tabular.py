"""Files of comma-separated values as spreadsheets write them: encoding, delimiter, rows."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from services.groups.domain import errors

LARGEST_FILE = 256 * 1024 * 1024
_LONGEST_CELL = 10_000
_MOST_COLUMNS = 200
_DELIMITERS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file; the header is row 1, and quoted line breaks count as one row."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: how it is written, and the names of its columns."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]


def examine(file: BinaryIO) -> Table:
    """Reads the whole file once; refuses it if any of it can't be read for sure."""
    encoding = _encoding(file)
    delimiter = _delimiter(file, encoding)
    lines = _lines(file, encoding, delimiter)
    header = next(lines, None)
    if header is None or not any(header.cells):
        raise errors.csv_unreadable("it is empty")
    for _ in lines:
        pass
    return Table(encoding, delimiter, tuple(cell.strip() for cell in header.cells))


def rows(file: BinaryIO, table: Table) -> Iterator[Line]:
    """The rows behind the header; empty ones are left out."""
    lines = _lines(file, table.encoding, table.delimiter)
    next(lines, None)
    return (line for line in lines if any(cell.strip() for cell in line.cells))


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "\0"} else cell


def plain(cell: str) -> str:
    """A cell as it was meant, whether it was neutralised or not."""
    text = cell.strip()
    return text[1:].strip() if neutralised(text[1:]) == text else text


def written(cells: tuple[str, ...]) -> bytes:
    """A row as it stands in a download."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(map(neutralised, cells))
    return out.getvalue().encode()


def _encoding(file: BinaryIO) -> str:
    """By its mark, else UTF-8 if all of it is, else Windows-1252 if it can be."""
    file.seek(0)
    start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name if _decodes(file, name) else _unreadable(name)
    for name in ("utf-8", "cp1252"):
        if _decodes(file, name):
            return name
    return _unreadable("text")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            if "\0" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unreadable(encoding: str) -> str:
    raise errors.csv_unreadable(f"it is not valid {encoding}")


def _delimiter(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    first = codecs.getincrementaldecoder(encoding)().decode(file.read(_PIECE)).splitlines()
    outside = "".join((first[0] if first else "").split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _lines(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Line]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    csv.field_size_limit(_LONGEST_CELL)
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            if len(cells) > _MOST_COLUMNS:
                raise errors.csv_unreadable(f"row {number} has more than {_MOST_COLUMNS} columns")
            yield Line(number, tuple(cells))
    except csv.Error as error:
        raise errors.csv_unreadable(f"its quotes or cells are broken: {error}") from error
    finally:
        if not file.closed:
            text.detach()
