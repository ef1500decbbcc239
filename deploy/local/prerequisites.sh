#!/usr/bin/env bash
# Says in one line what is missing on this machine, and which Debian package has it.
set -euo pipefail
python=${1:-python3}
need() { echo "Missing: $1. On Debian: apt-get install $2" >&2; exit 1; }
command -v git >/dev/null || need git git
command -v "$python" >/dev/null || need "$python" python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || need "Python 3.11 or newer" python3
"$python" -c 'import ensurepip, venv' 2>/dev/null || need "Python's venv" python3-venv
[ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null || need setpriv util-linux
