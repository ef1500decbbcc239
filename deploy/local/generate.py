"""Generates Python code and the descriptor set from the contracts in `proto/`."""

import os
import shutil
import sys
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "proto"
TARGET = ROOT / "build" / "proto"


def main() -> int:
    """Writes everything anew beside the present code, then takes its place."""
    draft = TARGET.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    files = sorted(str(path.relative_to(CONTRACTS)) for path in CONTRACTS.rglob("*.proto"))
    well_known = Path(protoc.__file__).parent / "_proto"
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    failed = protoc.main(
        [
            "protoc",
            f"--proto_path={CONTRACTS}",
            f"--proto_path={well_known}",
            *(f"--{plugin}_out={draft}" for plugin in ("python", "grpc_python")),
            *(f"--{plugin}_out=quiet:{draft}" for plugin in ("mypy", "mypy_grpc")),
            f"--descriptor_set_out={draft / 'descriptors.binpb'}",
            "--include_source_info",
            "--include_imports",
            *files,
        ]
    )
    for folder in (draft / "vio").rglob("."):
        (folder / "__init__.py").touch()
    shutil.rmtree(TARGET, ignore_errors=True)
    draft.rename(TARGET)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
