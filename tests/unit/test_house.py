"""What no file may be: too long to read, or a page that points nowhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("services", "gateway", "deploy", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
NAMED = re.compile(r"`((?:proto|services|gateway|deploy|tests|docs)/[\w./-]+)`")
LINKED = re.compile(r"\]\((?!https?:)([^)#]+)")


def _files() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def too_long(source: str) -> list[str]:
    """The functions of a file that are longer than forty lines, and the file if it is too long."""
    found = [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    return found + ["the file"] * (len(source.splitlines()) > LONGEST_FILE)


@pytest.mark.parametrize("file", list(_files()), ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_too_long_to_read(file: Path) -> None:
    assert too_long(file.read_text()) == []


def test_a_long_function_and_a_long_file_are_seen() -> None:
    function = "def long():\n" + "    pass\n" * 40

    assert too_long(function) == ["long"]
    assert too_long("a = 1\n" * 401) == ["the file"]


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda page: page.name
)
def test_what_a_page_names_is_there(page: Path) -> None:
    words = page.read_text()
    named = {ROOT / path for path in NAMED.findall(words)}
    linked = {page.parent / path.partition("#")[0] for path in LINKED.findall(words)}

    assert [str(path) for path in named | linked if not path.exists()] == []
