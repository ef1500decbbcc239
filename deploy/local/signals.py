"""How a stack is told to end: Ctrl-C, a closed terminal, `kill`."""

import asyncio
import signal

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def cancel_this_task() -> None:
    """The first signal cancels the task, which cleans up; more of them change nothing."""
    task = asyncio.current_task()
    assert task is not None
    told = asyncio.Event()

    def end() -> None:
        if not told.is_set():
            told.set()
            task.cancel()

    for name in _ENDING:
        asyncio.get_running_loop().add_signal_handler(name, end)
