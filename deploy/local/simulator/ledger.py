"""The append-only ledger: what was promised is on disk before it is said."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from deploy.local.simulator.records import LINE, Record


class Ledger:
    """A file of JSON lines with one writer; `records` holds all of them in memory."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = _opened(path)
        whole = _without_torn_end(self._file)
        self.records: list[Record] = [LINE.validate_json(line) for line in whole.splitlines()]

    def append(self, record: Record) -> None:
        """Returns once the record will survive a crash."""
        self._file.write(LINE.dump_json(record) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.records.append(record)

    def close(self) -> None:
        self._file.close()


def _opened(path: Path) -> BinaryIO:
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise SystemExit(f"Another simulator writes {path}.") from error
    return file


def _without_torn_end(file: BinaryIO) -> bytes:
    """Cuts off a line that a crash left half-written: nothing was answered for it."""
    content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    file.truncate(len(whole))
    return whole
