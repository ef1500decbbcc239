"""Places where a test makes a process die, hang or fail: `FAILPOINT=name:kill|hang|raise[@n]`."""

import os
import signal
import time
from collections import Counter

_hits: Counter[str] = Counter()
_armed = ""


class Planted(Exception):
    """The failure that was asked for."""


def arm(instruction: str) -> None:
    """Chooses the one place and what happens there at its n-th hit, the first by default."""
    global _armed
    _armed = instruction
    _hits.clear()


def hit(name: str) -> None:
    """Does nothing unless this place is armed."""
    place, _, what = _armed.partition(":")
    if place != name:
        return
    what, _, nth = what.partition("@")
    _hits[name] += 1
    if _hits[name] != int(nth or 1):
        return
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        time.sleep(3600)
    raise Planted(name)
