"""What the stack writes to the terminal."""

import os
import sys


def write(text: str) -> None:
    """Writes at once; where nobody reads any more, the stack goes on without a word."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_line(name: str, line: str) -> None:
    """Prefixes a line with the part that wrote it."""
    write(f"{name:>16} | {line}")
