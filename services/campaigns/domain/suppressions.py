"""Numbers that must not be called."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number, who put it on the list, why and when."""

    phone: str
    source: str
    reason: str
    created_at: datetime
