"""A tiny part of a stack: `python -m tests.support.tiny_part PORT PAUSE`.

Says that it started, pauses, then says yes to every question on its port. It has a child
of its own, which nobody told to end.
"""

import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Yes(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return None


def main(port: int, pause: float) -> None:
    print("started", flush=True)
    subprocess.Popen(["sleep", "600"])
    time.sleep(pause)
    ThreadingHTTPServer(("127.0.0.1", port), Yes).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
