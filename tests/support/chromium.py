"""A real Chromium: one that is there, else the one that npm has."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, Route, async_playwright

from deploy.local.settings import ROOT

_OURS = ROOT / "deploy" / "local" / "chromium"
_BUILD = ROOT / "build" / "chromium"
_LOCK = "package-lock.json"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str:
    """`CHROME_PATH`, else what is on the PATH, else the browser from npm."""
    for known in (os.environ.get("CHROME_PATH"), "chromium", "google-chrome"):
        if known and (found := shutil.which(known)):
            return found
    return _from_npm()


@asynccontextmanager
async def page(width: int = 1400, height: int = 900) -> AsyncIterator[Page]:
    """A page of a new browser, which reaches nothing but this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=_QUIET)
        opened = await browser.new_page(viewport={"width": width, "height": height})
        await opened.route("**/*", _only_here)
        yield opened
        await browser.close()


async def _only_here(route: Route) -> None:
    if urlsplit(route.request.url).hostname in {"127.0.0.1", "localhost"}:
        await route.continue_()
    else:
        await route.abort()


def _from_npm() -> str:
    """Installs once for all workers, and anew when the lock file names another version."""
    _BUILD.parent.mkdir(exist_ok=True)
    with _BUILD.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed():
            _install()
    return str(_BUILD / "chromium")


def _is_installed() -> bool:
    kept = _BUILD / _LOCK
    return (
        (_BUILD / "chromium").exists()
        and kept.exists()
        and kept.read_bytes() == (_OURS / _LOCK).read_bytes()
    )


def _install() -> None:
    """Takes its place only when it is whole, so that an interrupted one is never used."""
    beside, fresh = Path(sys.executable).parent, _BUILD.with_suffix(".new")
    for old in (fresh, _BUILD):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(_OURS, fresh)
    # The package unpacks into TMPDIR, where one user's browser would stand in another's way.
    environment = {
        **os.environ,
        "PATH": f"{beside}:{os.environ.get('PATH', '')}",
        "TMPDIR": str(fresh),
    }
    _run([beside / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], fresh, environment)
    _run([beside / "node", "unpack.mjs"], fresh, environment)
    fresh.rename(_BUILD)


def _run(command: list[Path | str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")
