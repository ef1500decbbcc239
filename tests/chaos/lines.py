"""Looks through what the parts wrote, for what must not be there."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_NUMBER = re.compile(r"\+1[2-9]\d{9}")
_SHOWN = 500
# What is wrong elsewhere, and rightly told to whoever is on duty.
_RIGHTLY = frozenset({"campaign held", "feed_held_back"})


def errors(lines: Iterable[str]) -> list[str]:
    """What parts call errors of their own."""
    return [line[:_SHOWN] for line in lines if _is_error(line)]


def telling(lines: Iterable[str], canaries: Sequence[str]) -> list[str]:
    """The lines that hold a canary or somebody's number."""
    return [
        f"in the logs: {line[:_SHOWN]}"
        for line in lines
        if any(canary in line for canary in canaries) or _NUMBER.search(line)
    ]


def in_files(files: Iterable[Path], canaries: Sequence[str]) -> list[str]:
    """The files whose bytes hold a canary."""
    return [
        f"{canary} is in {file.name}"
        for file in files
        for canary in canaries
        if canary.encode() in file.read_bytes()
    ]


def _is_error(line: str) -> bool:
    _, _, text = line.partition(" | ")
    if not text.startswith("{"):
        return "Traceback" in text
    content = json.loads(text)
    return content.get("level") in {"error", "critical"} and content["event"] not in _RIGHTLY
