"""How much time the present call has left, passed on to its own calls and statements."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MARGIN = 0.05
_until: ContextVar[float | None] = ContextVar("until", default=None)


def left() -> float | None:
    """The seconds until the present call's deadline; None where nobody waits."""
    until = _until.get()
    return None if until is None else until - time.monotonic()


def budget(default: float) -> float:
    """The seconds to give a call made on behalf of the present one."""
    remaining = left()
    return default if remaining is None else max(0.0, min(default, remaining - MARGIN))


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Sets the deadline of everything inside.

    A stream that its reader left is ended in another context, where a token could not
    be given back.
    """
    before = _until.get()
    _until.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.set(before)
