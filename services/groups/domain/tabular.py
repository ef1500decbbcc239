"""Files of comma-separated values as spreadsheets write them: encoding, delimiter, rows."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from services.groups.domain import errors

LARGEST_FILE = 256 * 1024 * 1024
LONGEST_CELL = 10_000
_LONGEST_QUOTED = 1_000_000
_MOST_COLUMNS = 200
_DELIMITERS = (",", ";", "\t")
_NAMED_DELIMITER = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file, counted as a spreadsheet does: quoted line breaks make no new row.

    Cells are cut behind the character that makes them too long.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: how it is written, where its columns are named, and how."""

    encoding: str
    delimiter: str
    header: int
    columns: tuple[str, ...]


def examine(file: BinaryIO) -> Table:
    """Reads the whole file once; refuses it if any of it can't be read for sure."""
    encoding = _encoding(file)
    delimiter, named = _delimiter(file, encoding)
    lines = _lines(file, encoding, delimiter)
    if named:
        next(lines)
    header = next(filter(_is_filled, lines), None)
    if header is None:
        raise errors.csv_unreadable("it is empty")
    for _ in lines:
        pass
    columns = tuple(cell.strip() for cell in header.cells)
    return Table(encoding, delimiter, header.number, columns)


def rows(file: BinaryIO, table: Table) -> Iterator[Line]:
    """The rows behind the header; empty ones are left out."""
    lines = _lines(file, table.encoding, table.delimiter)
    return filter(_is_filled, islice(lines, table.header, None))


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "\0"} else cell


def plain(cell: str) -> str:
    """A cell as it was meant, whether it was neutralised or not."""
    text = cell.lstrip()
    return (text[1:] if neutralised(text[1:]) == text else text).strip()


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


def _delimiter(file: BinaryIO, encoding: str) -> tuple[str, bool]:
    """The one that the first line names, as Excel does, else the one that the header uses."""
    file.seek(0)
    lines = codecs.getincrementaldecoder(encoding)().decode(file.read(_PIECE)).splitlines()
    named = _NAMED_DELIMITER.fullmatch(lines[0]) if lines else None
    if named:
        return named[1], True
    header = next((each for each in lines if each.strip(" ,;\t")), "")
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count), False


def _is_filled(line: Line) -> bool:
    return any(cell.strip() for cell in line.cells)


def _lines(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Line]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    csv.field_size_limit(_LONGEST_QUOTED)
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            if len(cells) > _MOST_COLUMNS:
                raise errors.csv_unreadable(f"row {number} has more than {_MOST_COLUMNS} columns")
            yield Line(number, tuple(cell[: LONGEST_CELL + 1] for cell in cells))
    except csv.Error as error:
        raise errors.csv_unreadable(f"its quotes or cells are broken: {error}") from error
    finally:
        if not file.closed:
            text.detach()
