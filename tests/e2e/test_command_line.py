"""The local stack from the command line: what a person sees, and what stays behind."""

import re
import signal
import socket
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from deploy.local.demo import seeding
from deploy.local.parts import NAMES
from tests.support.command_line import DEMO, READY, UP, Place
from tests.support.ports import free_block

ADDRESS = re.compile(r"http://\S+")
#: The pages, Temporal's console, the ledger, and the list of groups.
PRINTED = 4


@pytest.fixture
def place(reachable_path: Path) -> Place:
    return Place.at(reachable_path / "stack", free_block())


async def test_a_stack_is_used_by_one_person_at_a_time_and_ctrl_c_stops_all_of_it(
    place: Place,
) -> None:
    async with place.terminal(*UP) as up:
        await up.shows(READY)
        _, token = await place.stack("token", "clinic-admin")
        async with place.client(token) as clinic:
            groups = (await clinic.get("/groups")).json()["groups"]
        answers = {address: await _answer(address, token) for address in _addresses(up.lines)}
        refused = [await place.says(*UP), await place.says(*DEMO), await place.stack("clean")]
        before = place.processes()
        code = await up.interrupted()
    demo = await place.says(*DEMO)

    assert {each["name"] for each in groups} == {"VIP", "Board only"}
    assert len(answers) == PRINTED
    assert {address: code for address, code in answers.items() if code >= 400} == {}
    assert [code for code, _ in refused] == [1, 1, 1]
    assert all("A stack is running already" in " ".join(words.split()) for _, words in refused)
    assert len(before) > len(NAMES)
    assert (code, up.lines[-1].strip()) == (0, "Everything is stopped.")
    assert place.processes() == {}
    assert demo[0] == 1
    assert "is that of `make up`" in " ".join(demo[1].split())
    assert seeding.is_done(place.settings)


def _addresses(lines: Iterable[str]) -> set[str]:
    """What the command offers to open and to ask, in no part's own line."""
    offered = "\n".join(line for line in lines if " | " not in line)
    return set(ADDRESS.findall(offered))


async def _answer(address: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"} if "/api/" in address else {}
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as browser:
        return (await browser.get(address, headers=headers)).status_code


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGHUP,
        pytest.param(signal.SIGINT, marks=pytest.mark.verify),
        pytest.param(signal.SIGTERM, marks=pytest.mark.verify),
    ],
)
async def test_a_stack_that_is_stopped_while_it_starts_leaves_no_process(
    place: Place, number: signal.Signals
) -> None:
    """Ctrl-C, `kill`, and a terminal that is closed."""
    async with place.terminal(*UP) as up:
        await up.shows("issuer | ready")
        before = place.processes()
        await up.interrupted(number)

    assert len(before) > 3
    assert place.processes() == {}


async def test_a_taken_port_ends_the_command_with_a_sentence(place: Place) -> None:
    port = place.settings.ports.temporal_ui
    with socket.create_server(("127.0.0.1", port)):
        code, words = await place.says(*UP)

    assert code == 1
    assert f"Port {port}, which temporal needs, is taken." in words
    assert " | " not in words


async def test_commands_without_a_stack_say_so(place: Place) -> None:
    no_token = await place.stack("token", "clinic-admin")
    nobody = await place.stack("token", "somebody")

    assert await place.stack("down") == (0, "Nothing is running.")
    assert no_token == (1, "The stack is not running; start it with `make up`.")
    assert nobody[0] == 1
    assert nobody[1].startswith("PERSON is one of: clinic-admin")


async def test_clean_leaves_the_folder_of_something_else_alone(place: Place) -> None:
    file = place.settings.state / "thesis.txt"
    file.parent.mkdir()
    file.write_text("years of work")

    code, words = await place.stack("clean")

    assert (code, file.read_text()) == (1, "years of work")
    assert "holds something else than a stack's state" in words
