"""HTTP connections that a request can tear down without an answer."""

import socket
import struct

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Connection(HttpToolsProtocol):
    """Offers every request `state.reset()`, which sends a TCP reset."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["reset"] = self._reset

    def _reset(self) -> None:
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()
