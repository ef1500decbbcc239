"""Whether a stack's ports are free, said before anything is started."""

import socket
from collections.abc import Iterable

from deploy.local.errors import CannotStart
from deploy.local.parts import Part


def require(parts: Iterable[Part]) -> None:
    """Refuses with the first port that somebody listens on, and the part that needs it."""
    for part in parts:
        for port in part.ports:
            if not is_free(port):
                raise CannotStart(
                    f"Port {port}, which {part.name} needs, is taken. Stop what uses it, "
                    "or choose other ports with VIO_PORT_BASE."
                )


def is_free(port: int) -> bool:
    """Nobody listens on the port of loopback."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
