"""A stack's state on disk: one process holds it at a time, and only its own kind is removed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import CannotStart

_HOLDER = "pid"
_SIGN = "secrets.json"


@contextmanager
def held(state: Path) -> Iterator[None]:
    """Holds the state, which is refused to everybody else; a killed holder holds nothing."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / _HOLDER).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"A stack is running already in {state}; `make down` stops that of `make up`."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def holder(state: Path) -> int | None:
    """The process that holds the state, if one does."""
    try:
        with (state / _HOLDER).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read())
    except FileNotFoundError:
        pass
    return None


def empty(state: Path) -> None:
    """Removes what a stack stored, for who holds the state; refuses a folder of something else."""
    stored = [entry for entry in state.iterdir() if entry.name != _HOLDER]
    if stored and not (state / _SIGN).exists():
        raise CannotStart(f"{state} holds something else than a stack's state; nothing is removed.")
    for entry in stored:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
