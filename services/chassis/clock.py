"""Virtual time: one clock for all processes of a stack, at real speed in production."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clock:
    """Maps real moments to virtual ones: `virtual_origin + (real - real_origin) * scale`."""

    virtual_origin: datetime
    real_origin: datetime
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.scale < float("inf"):
            raise ValueError(f"scale is {self.scale}: virtual time runs as fast as life, or faster")

    def now(self) -> datetime:
        """The virtual moment by this host's clock, aware UTC."""
        return self.virtual(datetime.now(UTC))

    def virtual(self, real: datetime) -> datetime:
        return self.virtual_origin + (real - self.real_origin) * self.scale

    def real_seconds(self, span: timedelta) -> float:
        """How many real seconds a virtual span lasts."""
        return span.total_seconds() / self.scale

    @staticmethod
    def real_time() -> "Clock":
        """The clock of production: virtual time is real time."""
        now = datetime.now(UTC)
        return Clock(now, now)

    @staticmethod
    def load(path: Path | None) -> "Clock":
        """The clock that a stack's file describes; real time without a file."""
        if path is None:
            return Clock.real_time()
        facts = json.loads(path.read_text())
        return Clock(
            datetime.fromisoformat(facts["virtual_origin"]),
            datetime.fromisoformat(facts["real_origin"]),
            float(facts["scale"]),
        )

    @staticmethod
    def start(path: Path, *, virtual_origin: datetime, scale: float) -> "Clock":
        """Writes the stack's clock once; a stack that is started again keeps its time."""
        if not path.exists():
            facts = {
                "virtual_origin": virtual_origin.isoformat(),
                "real_origin": datetime.now(UTC).isoformat(),
                "scale": scale,
            }
            draft = path.with_suffix(".new")
            draft.write_text(json.dumps(facts))
            os.replace(draft, path)
        return Clock.load(path)
