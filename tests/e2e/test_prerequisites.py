"""What is missing on a machine is said in a line that names Debian's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.settings import ROOT

SCRIPT = ROOT / "deploy" / "local" / "prerequisites.sh"
TOOLS = ("git", "setpriv", "id")
BASH = shutil.which("bash") or "/bin/bash"
OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = f"""#!/bin/sh
case "$2" in *venv*) exit 1 ;; esac
exec {sys.executable} "$@"
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A PATH with all that is needed and nothing else."""
    for tool in TOOLS:
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    _python(tmp_path, f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    return tmp_path


def _python(machine: Path, script: str) -> None:
    (machine / "python3").write_text(script)
    (machine / "python3").chmod(0o755)


def _said_on(machine: Path) -> tuple[int, str]:
    environment = {"PATH": str(machine)}
    done = subprocess.run(
        [BASH, SCRIPT], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_a_machine_with_everything_passes_in_silence(machine: Path) -> None:
    assert _said_on(machine) == (0, "")


@pytest.mark.parametrize(
    ("tool", "package"), [("git", "git"), ("python3", "python3"), ("setpriv", "util-linux")]
)
def test_a_missing_tool_is_named_with_its_package(machine: Path, tool: str, package: str) -> None:
    """Only root needs `setpriv`."""
    (machine / tool).unlink()

    needed = tool != "setpriv" or os.geteuid() == 0
    expected = (1, f"Missing: {tool}. On Debian: apt-get install {package}\n")
    assert _said_on(machine) == (expected if needed else (0, ""))


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        (OLD, "Python 3.11 or newer. On Debian: apt-get install python3"),
        (WITHOUT_VENV, "Python's venv. On Debian: apt-get install python3-venv"),
    ],
)
def test_a_python_that_will_not_do_is_named(machine: Path, script: str, missing: str) -> None:
    _python(machine, script)

    assert _said_on(machine) == (1, f"Missing: {missing}\n")
