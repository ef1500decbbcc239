"""What no stack may tell is found wherever it tells it."""

import sqlite3
from pathlib import Path

import pytest

from deploy.local.settings import Ports, StackSettings
from deploy.local.stack import Stack
from tests.support import discretion


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack that never ran: its secrets, and an empty database of Temporal's."""
    (tmp_path / "postgres").mkdir()
    with sqlite3.connect(tmp_path / "temporal.db") as database:
        database.execute("create table executions (data blob)")
    return Stack(StackSettings(tmp_path, Ports(0)))


@pytest.mark.parametrize(
    "word",
    [
        "+12125550140",
        "(212) 555-0140",
        "ada.chen.7@example.com",
        "a.b%40plumage.example.com",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.abc",
        "Ada Chen",
        "search=ada+CHEN",
        "CANARY-7",
    ],
)
def test_people_and_tokens_are_found_in_lines_and_in_workflows(stack: Stack, word: str) -> None:
    with sqlite3.connect(stack.settings.state / "temporal.db") as database:
        database.execute("insert into executions values (?)", (f'{{"x": "{word}"}}',))

    found = discretion.told(stack, [("groups", f"called {word} at once")], "CANARY-")

    places = {leak.where for leak in found}
    assert places >= {"log of groups", "temporal.db", "temporal.db: executions"}


def test_every_secret_is_found(stack: Stack) -> None:
    secrets = discretion.secrets(stack)
    lines = [("gateway", secret) for secret in secrets]

    assert {leak.canary for leak in discretion.told(stack, lines)} == set(secrets)
    assert len(set(secrets)) > 10


def test_what_is_nobodys_is_not_found(stack: Stack) -> None:
    said = "2026-11-26T15:02:31.555012345Z 12125550140999 https://issuer.example 21255501401"

    assert not list(discretion.told(stack, [("groups", said)]))


@pytest.mark.parametrize("place", ["postgres/server.log", "up/temporal.db", "up/worker.log"])
def test_what_was_left_behind_is_found_below_a_folder(tmp_path: Path, place: str) -> None:
    """The run's own database, and stacks that were started as commands."""
    (tmp_path / "up").mkdir()
    (tmp_path / "postgres").mkdir()
    with sqlite3.connect(tmp_path / "up" / "temporal.db") as database:
        database.execute("create table executions (data blob)")
    assert not list(discretion.left(tmp_path))

    with (tmp_path / place).open("ab") as file:
        file.write(b"called +12125550140 at once")

    assert {leak.canary for leak in discretion.left(tmp_path)} == {"12125550140"}


def test_people_and_tokens_in_the_output_of_a_test_are_found() -> None:
    assert not list(discretion.said("rpc code=OK seconds=0.2"))
    assert list(discretion.said("rpc code=OK name=Ada Chen"))
