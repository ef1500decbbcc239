"""A tiny part of a stack: `python -m tests.support.tiny_part PORT PAUSE LIFE`.

Says that it started, pauses, says yes to every question on its port, and ends after its
life. It has a child of its own, which nobody told to end.
"""

import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Yes(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return None


def main(port: int, pause: float, life: float) -> None:
    print("started", flush=True)
    subprocess.Popen(["sleep", "600"])
    time.sleep(pause)
    server = ThreadingHTTPServer(("127.0.0.1", port), Yes)
    threading.Timer(life, server.shutdown).start()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
