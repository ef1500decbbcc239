"""Ports for whole stacks."""

import socket

_BLOCK = 20


def free_block() -> int:
    """The first of twenty ports in a row that nobody listens on."""
    for base in range(21_000, 30_000, _BLOCK):
        if all(_is_free(base + offset) for offset in range(_BLOCK)):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
