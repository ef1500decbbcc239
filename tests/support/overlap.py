"""How many of some spans of time lie over one another."""

from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate


def most_at_once(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """At the fullest moment; one that ends as another begins lies beside it."""
    changes = sorted(change for begin, end in spans for change in ((begin, 1), (end, -1)))
    return max(accumulate(change for _, change in changes), default=0)
