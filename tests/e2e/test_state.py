"""A stack's state: held by one process, emptied only where it is a stack's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import state
from deploy.local.errors import CannotStart
from deploy.local.settings import Secrets

HOLD = """
import pathlib, sys, time
from deploy.local import state
with state.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def _another_holder(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_state_is_refused_while_another_process_holds_it(tmp_path: Path) -> None:
    with _another_holder(tmp_path) as other:
        assert state.holder(tmp_path) == other.pid
        with pytest.raises(CannotStart, match=f"running already in {tmp_path}"):
            state.held(tmp_path).__enter__()
        other.kill()
        other.wait()

        with state.held(tmp_path):
            assert state.holder(tmp_path) == os.getpid()


def test_nobody_holds_a_state_that_is_let_go_or_never_was(tmp_path: Path) -> None:
    with state.held(tmp_path / "one"):
        pass

    assert state.holder(tmp_path / "one") is None
    assert state.holder(tmp_path / "never") is None


def test_a_state_is_emptied_with_all_that_a_stack_stored(tmp_path: Path) -> None:
    with state.held(tmp_path):
        Secrets.kept(tmp_path)
        (tmp_path / "postgres" / "data").mkdir(parents=True)
        (tmp_path / "elsewhere").symlink_to(Path.cwd())

        state.empty(tmp_path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["pid"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with state.held(tmp_path), pytest.raises(CannotStart, match="something else"):
        state.empty(tmp_path)

    assert (tmp_path / "thesis.txt").read_text() == "years of work"
