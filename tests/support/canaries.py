"""Planted personal data, and the search for it where it must never be.

`python -m tests.support.canaries STATE CONTACTS.csv` searches what a stack left behind,
its logs and its Temporal database, for the people of a file.
"""

import base64
import csv
import json
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

_NOT_DIGITS = re.compile(r"\D")
_LEAST_DIGITS = 10
_PERSONAL_COLUMNS = ("Full Name", "Mobile", "Email")
# Where people's data has its place: the database, the provider's own book, and the files that a
# visitor is offered to import; and where secrets have theirs.
_KEEPERS = frozenset({"postgres", "simulator", "clinic.csv", "salon.csv", "secrets.json"})


@dataclass(frozen=True, slots=True)
class Leak:
    """A canary, and where it was found."""

    where: str
    canary: str


@dataclass(frozen=True, slots=True)
class Canaries:
    """Words that may be in none of the places searched, however they are written; and shapes."""

    words: Sequence[str]
    shapes: Sequence[re.Pattern[bytes]] = ()

    @staticmethod
    def of_file(contacts: Path) -> "Canaries":
        """The names, phones and addresses of a file of contacts."""
        with contacts.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
        found = {row[column] for row in rows for column in _PERSONAL_COLUMNS if row[column]}
        return Canaries(sorted(word for word in found if len(word) >= _LEAST_DIGITS))

    def leaks(self, where: str, *contents: bytes) -> Iterator[Leak]:
        """What of it stands in the contents, as it is or encoded."""
        lowered = [content.lower() for content in contents]
        for word in self.words:
            plain = [form.lower() for form in _plain_forms(word)]
            coded = list(_base64_forms(word))
            if any(form in content for content in lowered for form in plain) or any(
                form in content for content in contents for form in coded
            ):
                yield Leak(where, word)
        for shape in self.shapes:
            matches = (shape.search(content) for content in contents)
            yield from (Leak(where, match[0].decode()) for match in matches if match)

    def in_state(self, state: Path) -> Iterator[Leak]:
        """What of it stands in the files of a stack that keeps it elsewhere only."""
        for file in sorted(state.rglob("*")):
            place = file.relative_to(state)
            if file.is_file() and place.parts[0] not in _KEEPERS:
                yield from self.leaks(str(place), file.read_bytes())
        yield from self.in_temporal(state / "temporal.db")

    def in_temporal(self, database: Path) -> Iterator[Leak]:
        """What of it stands in the rows; long ones are in pieces in the file."""
        for table, values in _tables(database):
            yield from self.leaks(f"{database.name}: {table}", *values)


def _plain_forms(word: str) -> Iterator[bytes]:
    for each in (word, word.lower(), word.upper()):
        yield each.encode()
        yield json.dumps(each)[1:-1].encode()
        yield from (quote(each).encode(), quote_plus(each).encode())
    digits = _NOT_DIGITS.sub("", word)
    if len(digits) >= _LEAST_DIGITS:
        yield digits[-_LEAST_DIGITS:].encode()


def _base64_forms(word: str) -> Iterator[bytes]:
    """The middle of the word in base64, wherever it begins in what was encoded."""
    content = word.encode()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + content)
        yield coded[-(-offset * 8 // 6) : (offset + len(content)) * 8 // 6]


def _tables(database: Path) -> Iterator[tuple[str, list[bytes]]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        names = connection.execute("select name from sqlite_master where type = 'table'")
        for (name,) in names.fetchall():
            rows: Iterable[tuple[object, ...]] = connection.execute(f'select * from "{name}"')
            yield name, [_bytes(value) for row in rows for value in row if value is not None]
    finally:
        connection.close()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


if __name__ == "__main__":
    found = list(Canaries.of_file(Path(sys.argv[2])).in_state(Path(sys.argv[1])))
    print(*found, sep="\n")
    sys.exit(bool(found))
