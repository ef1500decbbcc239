"""Ports for whole stacks."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.free_ports import is_free

_BLOCK = 20
_PER_WORKER = 2_000


def free_block() -> int:
    """The first of twenty ports in a row that nobody listens on; nobody else is given them.

    Every test process looks in a range of its own, and other runs on the machine are kept
    off by a claim: two that looked at the same moment would both find the same block free.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 21_000 + _PER_WORKER * worker
    for base in range(first, first + _PER_WORKER, _BLOCK):
        if all(is_free(base + offset) for offset in range(_BLOCK)) and _claim(base):
            return base
    raise RuntimeError("no free ports")


@contextmanager
def refusing() -> Iterator[str]:
    """An address of loopback where nobody listens, and nobody can begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


def _claim(base: int) -> bool:
    """Listens on the block's last port, which no stack uses, until the process ends."""
    try:
        socket.create_server(("127.0.0.1", base + _BLOCK - 1)).detach()
    except OSError:
        return False
    return True
