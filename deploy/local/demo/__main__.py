"""Shows the main job from start to end: `python -m deploy.local.demo`."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
from rich.console import Console

from deploy.local import signals, state
from deploy.local.demo import report, scenario, seeding
from deploy.local.demo.api import Api, Refused
from deploy.local.demo.people import CLINIC
from deploy.local.demo.scenario import Checks
from deploy.local.errors import CannotStart
from deploy.local.settings import ROOT, Ports, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack, running

SCALE = 100
PORT_BASE = 7500
_INTERRUPTED = 130


def settings() -> StackSettings:
    """A stack of its own, so that it runs beside `make up`; its state is new every time."""
    folder = Path(os.environ.get("VIO_STATE", ROOT / ".local" / "demo")).resolve()
    base = int(os.environ.get("VIO_PORT_BASE", PORT_BASE))
    return StackSettings(folder, Ports(base), SCALE)


async def show(stack: Stack, console: Console, people: int) -> Checks:
    """The scenario on a running stack, and what it kept of its promises."""
    chosen = stack.settings
    clinic = Api.at(chosen.gateway, token(chosen, "clinic-admin"))
    ledger = Api.ledger(chosen.simulator)
    async with clinic.client, ledger.client:
        await seeding.tenants(chosen)
        imported = await scenario.import_contacts(clinic, CLINIC.file)
        report.imported(console, imported)
        group = await scenario.make_group(clinic, people)
        report.grouped(console, group)
        await scenario.forbid_some(clinic, group["id"])
        launched = await scenario.launch(clinic, group)
        report.previewed(console, launched)
        with report.following(console) as shown:
            status, paused = await scenario.follow(clinic, ledger, launched, shown)
        outcome = await scenario.measure(clinic, ledger, launched, status, paused)
        report.measured(console, outcome)
        checks = scenario.judged(launched, outcome)
        report.judged(console, checks)
    return checks


async def main(people: int) -> int:
    signals.cancel_this_task()
    console, chosen = Console(), settings()
    stack = Stack(chosen, say=_into(chosen.state / "demo.log"))
    try:
        with state.held(chosen.state):
            _require_own(chosen)
            state.empty(chosen.state)
            stack.cluster.forget()
            console.print(
                f"Starting everything, a hundred times faster than life ({chosen.state})."
            )
            async with running(stack):
                checks = await stack.unless_broken(show(stack, console, people))
            return 0 if checks.all_hold else 1
    except (CannotStart, Refused, httpx.HTTPError) as error:
        console.print(f"[red]{error}[/red]  The lines of all parts: {chosen.state / 'demo.log'}")
        return 1
    except asyncio.CancelledError:
        console.print("Stopped before its end; nothing of it is running any more.")
        return _INTERRUPTED


def _require_own(chosen: StackSettings) -> None:
    """The demonstration forgets what was there, which must not be somebody's work."""
    if seeding.is_done(chosen):
        raise CannotStart(f"{chosen.state} is that of `make up`; choose another VIO_STATE.")


class _into:  # noqa: N801 - reads as a function
    """Writes the parts' lines into a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self, name: str, line: str) -> None:
        with self._file.open("a") as opened:
            opened.write(f"{name:>16} | {line}\n")


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(os.environ.get("PEOPLE", "240")))))
