"""How fresh figures are, and when they are too old to be shown."""

from dataclasses import dataclass
from datetime import datetime

# Real seconds after which a withdrawn right to see a group may not have arrived (ruling 6).
TOO_OLD = 10.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until when everything is counted (virtual), and how long ago that was (real seconds)."""

    as_of: datetime | None
    lag_seconds: float | None

    @property
    def is_too_old(self) -> bool:
        return self.lag_seconds is None or self.lag_seconds > TOO_OLD
