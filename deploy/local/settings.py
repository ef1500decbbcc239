"""Where a local stack lives: its ports, its state, its clock, its secrets."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.issuer.personas import MACHINES

ROOT = Path(__file__).resolve().parents[2]
# A Tuesday, nine in the morning in New York: the demonstration's files hold dates around it.
DEMO_START = datetime(2026, 9, 15, 13, tzinfo=UTC)
DATABASE = "vio"


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port of a stack, counted from its base."""

    base: int

    @property
    def gateway(self) -> int:
        return self.base

    @property
    def groups(self) -> int:
        return self.base + 1

    @property
    def campaigns(self) -> int:
        return self.base + 2

    @property
    def analytics(self) -> int:
        return self.base + 3

    @property
    def simulator(self) -> int:
        return self.base + 4

    @property
    def issuer(self) -> int:
        return self.base + 5

    @property
    def temporal(self) -> int:
        return self.base + 6

    @property
    def temporal_ui(self) -> int:
        return self.base + 7

    @property
    def postgres(self) -> int:
        return self.base + 8

    def metrics(self, process: str) -> int:
        order = ("groups", "campaigns", "analytics", "campaigns-worker")
        return self.base + 11 + order.index(process)


@dataclass(frozen=True, slots=True)
class StackSettings:
    """A stack; `scale` is how many times faster than life its virtual clock runs."""

    state: Path
    ports: Ports
    scale: float = 1.0
    environment: str = "local"
    otlp_endpoint: str = ""

    @staticmethod
    def from_environment(name: str = "up", base: int = 7400, scale: float = 1.0) -> "StackSettings":
        state = Path(os.environ.get("VIO_STATE", ROOT / ".local" / name)).resolve()
        ports = Ports(int(os.environ.get("VIO_PORT_BASE", base)))
        otlp = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
        return StackSettings(state, ports, scale, otlp_endpoint=otlp)

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.ports.issuer}"

    @property
    def simulator(self) -> str:
        return f"http://127.0.0.1:{self.ports.simulator}"

    @property
    def temporal_ui(self) -> str:
        return f"http://127.0.0.1:{self.ports.temporal_ui}"

    @property
    def clock_file(self) -> Path:
        return self.state / "clock.json"

    @property
    def virtual_origin(self) -> datetime:
        """Life goes on from now; a faster stack begins at the demonstration's morning."""
        return datetime.now(UTC) if self.scale == 1 else DEMO_START


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the processes of a stack share and nobody else knows; made once."""

    page_tokens: str
    retell: str
    persona_tokens: str
    machines: dict[str, str]

    @staticmethod
    def kept(state: Path) -> "Secrets":
        file = state / "secrets.json"
        if not file.exists():
            made = Secrets(
                secrets.token_hex(32),
                secrets.token_hex(16),
                secrets.token_hex(16),
                {name: secrets.token_hex(16) for name in MACHINES},
            )
            content = json.dumps({name: getattr(made, name) for name in Secrets.__slots__})
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as opened:
                opened.write(content)
        return Secrets(**json.loads(file.read_text()))
