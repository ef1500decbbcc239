"""Runs a part of a stack whose failpoints a test can arm while it works.

`python -m tests.faults.armed ORDER MODULE`: at each SIGUSR1 the file ORDER says what to arm.
"""

import runpy
import signal
import sys
from pathlib import Path

from services.chassis import failpoints


def main(order: Path, module: str) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: failpoints.arm(order.read_text()))
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
