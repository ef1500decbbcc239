"""Files as spreadsheets write them: encodings, delimiters, rows."""

import codecs
import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from services.chassis.errors import Invalid
from services.groups.domain import tabular

HEAD = "Name,Ort"
TEXT = f"{HEAD}\nZoë Müller,Köln\n"


def file(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    """I-04."""
    table = tabular.examine(file(content))

    assert (table.encoding, table.columns) == (encoding, ("Name", "Ort"))
    (line,) = tabular.rows(file(content), table)
    assert (line.number, line.cells) == (2, ("Zoë Müller", "Köln"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_what_the_header_uses(delimiter: str) -> None:
    """I-04: what stands within quotes does not count."""
    content = f'"a,;\t,b"{delimiter}c{delimiter}d\r\n1{delimiter}2{delimiter}3'.encode()

    table = tabular.examine(file(content))

    assert (table.delimiter, table.columns) == (delimiter, ("a,;\t,b", "c", "d"))
    assert [line.cells for line in tabular.rows(file(content), table)] == [("1", "2", "3")]


def test_one_column_needs_no_delimiter() -> None:
    assert tabular.examine(file(b"Name\nAnna\n")).columns == ("Name",)


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    content = b'name,notes\n"Anna","two\r\nlines"\n , \n\nBen,\n'
    table = tabular.examine(file(content))

    found = [(line.number, line.cells) for line in tabular.rows(file(content), table)]

    assert found == [(2, ("Anna", "two\r\nlines")), (5, ("Ben", ""))]


@pytest.mark.parametrize(
    ("before", "delimiter", "number"),
    [
        ("\r\n", ";", 2),
        ("\n  \n;;\n", ";", 4),
        ("sep=;\r\n", ";", 2),
        ("SEP=|\n", "|", 2),
        ('"sep=;"\n\n', ";", 3),
        ("sep=\t\n", "\t", 2),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_stands_above_the_header_is_no_row(
    before: str, delimiter: str, number: int, encoding: str
) -> None:
    """I-04: blank lines, and the line by which Excel names the delimiter."""
    content = f"{before}Name{delimiter}Ort\r\nZoë{delimiter}Köln\r\n".encode(encoding)

    table = tabular.examine(file(content))

    assert (table.delimiter, table.columns) == (delimiter, ("Name", "Ort"))
    (line,) = tabular.rows(file(content), table)
    assert (line.number, line.cells) == (number + 1, ("Zoë", "Köln"))


def test_a_cell_is_never_held_longer_than_it_takes_to_refuse_it() -> None:
    content = b"name,notes\nAnna," + b"x" * 50_000 + b"\n"
    table = tabular.examine(file(content))

    (line,) = tabular.rows(file(content), table)

    assert [len(cell) for cell in line.cells] == [4, tabular.LONGEST_CELL + 1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b",,\n",
        b'name\n"Anna',
        b'name\n"An"na\n',
        b"name\nAnna\0\n",
        b"name\nAnna\x81\n",
        codecs.BOM_UTF8 + b"name\nZo\xeb\n",
        codecs.BOM_UTF16_LE + b"odd",
        TEXT.encode("utf-16-be"),
        b"name\n" + b"x" * 1_000_001,
        b"sep=;\n",
        b"sep=;\n;;\n",
        b"," * 200 + b"name",
    ],
)
def test_what_is_not_sure_is_refused_whole(content: bytes) -> None:
    """I-04."""
    with pytest.raises(Invalid) as refused:
        tabular.examine(file(content))

    assert refused.value.reason == "CSV_UNREADABLE"


def test_a_broken_end_is_found_before_anything_is_taken() -> None:
    content = b"name\n" + b"Anna\n" * 100_000 + b'"Ben'

    with pytest.raises(Invalid):
        tabular.examine(file(content))


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
def test_no_cell_is_a_formula(first: str) -> None:
    """P27."""
    assert tabular.neutralised(f"{first}1") == f"'{first}1"
    assert tabular.neutralised(f"1{first}") == f"1{first}"


@example("\n")
@given(some.text(some.characters(exclude_characters="'")))
def test_a_cell_means_the_same_once_it_is_neutralised(cell: str) -> None:
    assert tabular.plain(tabular.neutralised(cell)) == tabular.plain(cell) == cell.strip()


def test_an_apostrophe_of_its_own_stays() -> None:
    assert tabular.plain("'s-Hertogenbosch") == "'s-Hertogenbosch"


@given(some.lists(some.text(some.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_what_is_written_is_read_back(cells: list[str]) -> None:
    """P27: RFC 4180, whatever stands in the cells."""
    text = tabular.written(tuple(cells)).decode()

    (read,) = csv.reader(io.StringIO(text, newline=""), strict=True)

    assert read == [tabular.neutralised(cell) for cell in cells]
    assert text.endswith("\r\n")
