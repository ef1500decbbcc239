"""A part of the stack with a planted bug: `python -m tests.chaos.faulty BUG MODULE [ARGUMENTS]`."""

import runpy
import sys

from tests.chaos.planted import BUGS

if __name__ == "__main__":
    bug, module = sys.argv[1:3]
    sys.argv = [module, *sys.argv[3:]]
    with BUGS[bug].planted():
        runpy.run_module(module, run_name="__main__")
