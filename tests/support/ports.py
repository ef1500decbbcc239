"""Ports for whole stacks."""

import os

from deploy.local.free_ports import is_free

_BLOCK = 20
_PER_WORKER = 1_000


def free_block() -> int:
    """The first of twenty ports in a row that nobody listens on.

    Every test process looks in a range of its own: two that looked in the same one would
    both find its first block free, and start a stack on it at the same moment.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 21_000 + _PER_WORKER * worker
    for base in range(first, first + _PER_WORKER, _BLOCK):
        if all(is_free(base + offset) for offset in range(_BLOCK)):
            return base
    raise RuntimeError("no free ports")
