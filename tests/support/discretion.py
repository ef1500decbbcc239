"""A stack that must not tell who its people are, nor any secret.

What it said and what it leaves behind is searched once it has stopped.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import stack as stacks
from deploy.local.demo import people
from deploy.local.demo.people import CLINIC, SALON, Business
from deploy.local.postgres import LOGINS
from deploy.local.settings import DATABASE, DEMO_START
from deploy.local.stack import Stack
from tests.support.canaries import Canaries, Leak

Lines = list[tuple[str, str]]

_PHONE = re.compile(rb"(?<!\d)1?[2-9]\d\d[ .()-]{0,2}555[ .-]?01\d\d(?!\d)")
_MAIL = re.compile(rb"(?i)[\w.+-](?:@|%40)[\w.-]*\bexample\b")
_TOKEN = re.compile(rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}")


@asynccontextmanager
async def discreet(stack: Stack, *words: str) -> AsyncIterator[Lines]:
    """Runs a stack and gives its lines; nobody of the demonstration may stand in what is left.

    The words may stand there neither.
    """
    lines: Lines = []
    stack.say = lambda name, line: lines.append((name, line))
    async with stacks.running(stack):
        yield lines
    found = list(told(stack, lines, *words))
    assert found == []


def told(stack: Stack, lines: Lines, *words: str) -> Iterator[Leak]:
    """What a stack said or keeps of people and secrets, in places where they have none."""
    canaries = Canaries((*words, *secrets(stack)), _shapes())
    yield from in_lines(canaries, lines)
    yield from canaries.in_state(stack.settings.state)


def left(folder: Path) -> Iterator[Leak]:
    """What stacks and servers left below a folder of people, where they have no place."""
    anybody = Canaries((), _shapes())
    for database in sorted(folder.rglob("temporal.db")):
        yield from anybody.in_state(database.parent)
    for log in sorted(folder.rglob("server.log")):
        yield from anybody.leaks(str(log.relative_to(folder)), log.read_bytes())


def said(output: str) -> Iterator[Leak]:
    """What of people and tokens stands in the output of a test."""
    yield from Canaries((), _shapes()).leaks("output", output.encode())


def in_lines(canaries: Canaries, lines: Lines) -> Iterator[Leak]:
    for part in sorted({name for name, _ in lines}):
        said = "\n".join(line for name, line in lines if name == part)
        yield from canaries.leaks(f"log of {part}", said.encode())


def secrets(stack: Stack) -> list[str]:
    """What the parts of a stack show each other and nobody else."""
    kept = stack.secrets
    urls = (stack.cluster.url(login, DATABASE) for login in LOGINS)
    passwords = (urlsplit(url).password or "" for url in urls)
    machines = kept.machines.values()
    return [kept.page_tokens, kept.retell, kept.persona_tokens, *machines, *passwords]


@cache
def _shapes() -> tuple[re.Pattern[bytes], ...]:
    """How people's data looks: made-up numbers, addresses, tokens, the demonstration's names."""
    return _PHONE, _MAIL, _TOKEN, _names()


def _names() -> re.Pattern[bytes]:
    names = {name for business in (CLINIC, SALON) for name in _full_names(business)}
    given, family = ("|".join(sorted(set(words))) for words in zip(*names, strict=True))
    return re.compile(rf"(?i)\b(?:{given})(?: |\+|%20)(?:{family})\b".encode())


def _full_names(business: Business) -> Iterator[tuple[str, str]]:
    for row in people.rows(business, DEMO_START):
        given, _, family = row[1].partition(" ")
        if family:
            yield given, family
