"""Places where a test makes a process die, freeze or fail: `FAILPOINT=name:kill|hang|raise[@n]`."""

import signal
from dataclasses import dataclass

PLACES = frozenset(
    {
        "after_intent_commit",
        "before_http",
        "after_provider_accept_before_commit",
        "after_commit_before_activity_return",
        "mid_bulk_chunk",
        "after_outbox_insert",
        "after_feed_apply_before_ack",
        "after_feed_ack",
        "at_continue_as_new",
        "in_cancel_cleanup",
        "after_webhook_commit_before_200",
    }
)
_SIGNALS = {"kill": signal.SIGKILL, "hang": signal.SIGSTOP}


class Planted(Exception):
    """The failure that was asked for."""


@dataclass(slots=True)
class _Armed:
    place: str
    action: str
    left: int


_armed: _Armed | None = None


def arm(instruction: str) -> None:
    """Chooses the one place and what happens there at its n-th hit, the first by default.

    An empty instruction disarms; one that could never happen is refused.
    """
    global _armed
    if not instruction:
        _armed = None
        return
    place, _, what = instruction.partition(":")
    action, _, nth = what.partition("@")
    if place not in PLACES or action not in {*_SIGNALS, "raise"}:
        raise ValueError(f"FAILPOINT knows no {instruction!r}")
    _armed = _Armed(place, action, int(nth or 1))


def hit(name: str) -> None:
    """Does nothing unless this place is armed; a process that hangs goes on once it is woken."""
    if _armed is None or _armed.place != name:
        return
    _armed.left -= 1
    if _armed.left != 0:
        return
    if _armed.action == "raise":
        raise Planted(name)
    signal.raise_signal(_SIGNALS[_armed.action])
