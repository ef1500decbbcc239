"""Runs a service that needs much memory for a moment, whenever it gets a SIGUSR1.

`python -m tests.fuzz.swelling MODULE`: this is the fault that looks at memory have to see.
"""

import runpy
import signal
import sys

SWOLLEN_BY = 100  # MB


def main(module: str) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: _swell())
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _swell() -> None:
    bytearray(SWOLLEN_BY * 1024 * 1024)


if __name__ == "__main__":
    main(sys.argv[1])
