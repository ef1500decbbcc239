"""Looks through what the parts wrote, for what must not be there."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.support.canaries import Canaries

_NUMBER = re.compile(r"\+1[2-9]\d{9}")
_SHOWN = 500
# What is wrong elsewhere, and rightly told to whoever is on duty.
_RIGHTLY = frozenset({"campaign held", "feed_held_back"})


def errors(lines: Iterable[str]) -> list[str]:
    """What parts call errors of their own."""
    return [line[:_SHOWN] for line in lines if _is_error(line)]


def leaks(lines: Sequence[str], state: Path, canaries: Canaries) -> list[str]:
    """Where somebody's number or a canary is written, in whatever form, that should not be."""
    found = [*canaries.leaks("lines", "\n".join(lines).encode()), *canaries.in_state(state)]
    return [
        *(f"in the logs: {line[:_SHOWN]}" for line in lines if _NUMBER.search(line)),
        *(f"{leak.canary} is in {leak.where}" for leak in found),
    ]


def _is_error(line: str) -> bool:
    _, _, text = line.partition(" | ")
    if not text.startswith("{"):
        return "Traceback" in text
    content = json.loads(text)
    return content.get("level") in {"error", "critical"} and content["event"] not in _RIGHTLY
