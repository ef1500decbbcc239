"""Runs chaos by hand: `python -m tests.chaos MINUTES [SEED]`."""

import asyncio
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from tests.chaos.report import judged
from tests.chaos.run import run


def main() -> int:
    """0 if everything held; the report lies in a folder that is named."""
    minutes = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(1 << 32)
    folder = Path(tempfile.mkdtemp(prefix="vio-chaos-"))
    folder.chmod(0o755)
    print(f"seed {seed}; the report will lie in {folder}", flush=True)
    report = judged(asyncio.run(run(seed, minutes * 60, folder)))
    report.write(folder)
    print((folder / "report.md").read_text())
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
