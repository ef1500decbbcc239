"""The local stack from the command line.

`python -m deploy.local up|down|clean|reconcile|token PERSON`
"""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress

from deploy.local import drift, lines, signals, state
from deploy.local.demo import seeding
from deploy.local.demo.api import Refused
from deploy.local.errors import CannotStart
from deploy.local.settings import DATABASE, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack, running

_FIRST_WORDS = """
  Everything is ready. Ctrl-C stops all of it.

    REST and its pages   {gateway}/docs
    Temporal's console   {temporal_ui}
    Provider's ledger    {simulator}/admin/verdict

    Sign in:  export TOKEN=$(make token PERSON=clinic-admin)
    Ask:      curl -H "Authorization: Bearer $TOKEN" {gateway}/api/groups
"""


async def up(settings: StackSettings) -> None:
    """Runs the stack until it is told to end, or a part keeps crashing."""
    signals.cancel_this_task()
    stack = Stack(settings)
    with suppress(asyncio.CancelledError):
        async with running(stack):
            await stack.unless_broken(_serve(settings))
    lines.write("  Everything is stopped.")


async def _serve(settings: StackSettings) -> None:
    await seeding.everything(settings)
    lines.write(
        _FIRST_WORDS.format(
            gateway=settings.gateway,
            temporal_ui=settings.temporal_ui,
            simulator=settings.simulator,
        )
    )
    await asyncio.Event().wait()


def down(settings: StackSettings) -> None:
    """Stops a stack that runs in another terminal."""
    pid = state.holder(settings.state)
    if pid is None:
        print("Nothing is running.")
        return
    os.kill(pid, signal.SIGTERM)
    while state.holder(settings.state) is not None:
        time.sleep(0.1)


def clean(settings: StackSettings) -> None:
    """Forgets the state of a stopped stack."""
    with state.held(settings.state):
        state.empty(settings.state)
        Stack(settings).cluster.forget()


def reconcile(settings: StackSettings) -> bool:
    """Tells of groups whose number of members drifted, in a stack that runs; whether none did."""
    found = drift.counts(Stack(settings).cluster.url("vio_backup", DATABASE))
    for each in found:
        if each.drifted:
            print(f"Group {each.id} says {each.kept} members and has {each.counted}.")
    drifted = sum(each.drifted for each in found)
    print(f"{len(found)} groups were counted, {drifted} of them drifted.")
    return not drifted


def main(arguments: list[str]) -> int:
    settings = StackSettings.from_environment()
    try:
        match arguments:
            case ["up"]:
                with state.held(settings.state):
                    asyncio.run(up(settings))
            case ["down"]:
                down(settings)
            case ["clean"]:
                clean(settings)
            case ["reconcile"]:
                return 0 if reconcile(settings) else 1
            case ["token", person]:
                print(token(settings, person))
            case _:
                print(__doc__)
                return 2
    except (CannotStart, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
