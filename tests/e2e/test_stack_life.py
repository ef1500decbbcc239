"""Whole stacks over their life: restarts, interruptions anywhere, another user's machine."""

import asyncio
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.demo import seeding
from deploy.local.demo.api import Api
from deploy.local.demo.people import CLINIC
from deploy.local.parts import NAMES
from deploy.local.postgres import as_server_user, server_user
from deploy.local.settings import ROOT, Ports, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack
from tests.support.command_line import DEMO, READY, UP, Place
from tests.support.discretion import discreet
from tests.support.ports import free_block

pytestmark = [pytest.mark.verify, pytest.mark.timeout(900)]

Record = Callable[[str, object], None]
ROWS_THAT_LACK_ONLY_A_NUMBER = 1
GROUP = {"name": "Made before", "color": "#10B981"}


@pytest.fixture
def place(reachable_path: Path) -> Place:
    return Place.at(reachable_path / "stack", free_block())


async def _names(place: Place) -> set[str]:
    _, signed_in = await place.stack("token", "clinic-admin")
    async with place.client(signed_in) as clinic:
        return {each["name"] for each in (await clinic.get("/groups")).json()["groups"]}


async def _make_group(place: Place) -> None:
    _, signed_in = await place.stack("token", "clinic-admin")
    async with place.client(signed_in) as clinic:
        (await clinic.post("/groups", json=GROUP)).raise_for_status()


async def test_what_was_made_is_there_after_a_restart_until_it_is_cleaned(place: Place) -> None:
    """State survives a restart, `down` stops from another terminal, `clean` forgets."""
    async with place.terminal(*UP) as first:
        await first.shows(READY)
        await _make_group(place)
        down = await place.stack("down")
        assert (await first.ends(), place.processes()) == (0, {})
    async with place.terminal(*UP) as second:
        await second.shows(READY)
        kept = await _names(place)
        await second.interrupted()
    cleaned = await place.stack("clean")
    left = [entry.name for entry in place.settings.state.iterdir()]
    async with place.terminal(*UP) as third:
        await third.shows(READY)
        anew = await _names(place)
        await third.interrupted()

    assert down == cleaned == (0, "")
    assert kept == {"VIP", "Board only", "Made before"}
    assert left == ["pid"]
    assert anew == {"VIP", "Board only"}
    assert place.processes() == {}


@pytest.mark.parametrize("after", [0.0, 1.0, 2.5, 4.0, 6.0, 9.0])
async def test_ctrl_c_at_any_moment_leaves_no_process_and_a_state_that_starts(
    place: Place, after: float
) -> None:
    """The moments count from the first line, so that they meet every phase of a start."""
    async with place.terminal(*UP) as up:
        await up.shows("|")
        await asyncio.sleep(after)
        await up.interrupted()
    assert place.processes() == {}

    async with place.terminal(*UP) as again:
        await again.shows(READY)
        names = await _names(place)
        await again.interrupted()

    assert names == {"VIP", "Board only"}
    assert place.processes() == {}


async def test_a_demonstration_that_is_stopped_leaves_no_process(place: Place) -> None:
    async with place.terminal(*DEMO) as demo:
        await demo.shows("Preview")
        before = place.processes()
        code = await demo.interrupted(signal.SIGTERM)

    assert len(before) > len(NAMES)
    assert code == 130
    assert demo.lines[-1] == "Stopped before its end; nothing of it is running any more."
    assert place.processes() == {}


async def test_a_part_that_keeps_crashing_ends_the_command(place: Place) -> None:
    async with place.terminal(*UP) as up:
        await up.shows(READY)
        async with asyncio.timeout(120):
            while up.process.returncode is None:
                _kill(place, "deploy.local.issuer")
                await asyncio.sleep(0.1)
        code = await up.ends()

    assert code == 1
    assert up.lines[-1] == "A part kept crashing; its last lines say why."
    assert any("issuer | ended with -9 and is started again (5)" in line for line in up.lines)
    assert place.processes() == {}


def _kill(place: Place, module: str) -> None:
    for pid, command in place.processes().items():
        if module in command:
            os.kill(pid, signal.SIGKILL)


async def test_seeding_that_was_interrupted_anywhere_is_completed_by_the_next(
    reachable_path: Path, record_property: Record
) -> None:
    settings = StackSettings(reachable_path / "stack", Ports(free_block()), environment="test")
    interrupted = 0
    async with discreet(Stack(settings)):
        for pause in (0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4):
            work = asyncio.create_task(seeding.everything(settings))
            await asyncio.wait([work], timeout=pause)
            interrupted += work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await seeding.everything(settings)
        clinic = Api.at(settings.gateway, token(settings, "clinic-admin"))
        async with clinic.client:
            groups = (await clinic.get("/groups"))["groups"]
            contacts = (await clinic.get("/contacts"))["pagination"]["total_contacts"]

    record_property("interrupted", interrupted)
    assert interrupted >= 3
    assert [each["contact_count"] for each in groups] == [15, 15]
    assert contacts == CLINIC.size + ROWS_THAT_LACK_ONLY_A_NUMBER


def _clone_for_the_user(folder: Path) -> Path:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    if user := server_user():
        for path in (folder, *folder.rglob("*")):
            os.chown(path, pwd.getpwnam(user).pw_uid, -1, follow_symlinks=False)
    return clone


@pytest.fixture
async def user_place(reachable_path: Path) -> Place:
    """A fresh clone that an ordinary user has set up, who has none of root's tools."""
    clone = _clone_for_the_user(reachable_path)
    path = "/usr/local/bin:/usr/bin:/bin" if server_user() else os.environ["PATH"]
    place = replace(
        Place.at(clone / ".local" / "up", free_block()),
        folder=str(clone),
        prefix=as_server_user(),
        more=(("HOME", str(reachable_path)), ("PATH", path)),
    )
    code, words = await place.says("make", "setup", within=600)
    assert code == 0, words
    return replace(place, settings=replace(place.settings, ports=Ports(free_block())))


async def test_an_ordinary_user_runs_everything_from_a_fresh_clone(user_place: Place) -> None:
    """With Python, make and git only; root tries it as an unprivileged user."""
    async with user_place.terminal("make", "up") as up:
        await up.shows(READY)
        _, signed_in = await user_place.says("make", "token", "PERSON=clinic-user")
        async with user_place.client(signed_in) as staff:
            groups = (await staff.get("/groups")).json()["groups"]
        owners = _owners(f"/proc/{pid}" for pid in user_place.processes())
        await up.interrupted()

    assert [each["name"] for each in groups] == ["VIP"]
    assert owners == _owners([user_place.folder])
    assert user_place.processes() == {}


def _owners(paths: Iterable[str]) -> set[int]:
    return {os.stat(path).st_uid for path in paths}
