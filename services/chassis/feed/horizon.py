"""How far behind a feed is kept by the oldest transaction that still writes, and by whose."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from services.chassis.db import Transaction
from services.chassis.feed import reading
from services.chassis.feed.reading import State

HELD = Gauge(
    "feed_held_seconds",
    "How long the oldest open transaction of the server has held this feed back.",
    ["feed", "oldest_transaction"],
)
_WORTH_NAMING = 1.0
_ALARM = 10.0
# What is open at a reader's first look may be open since any time: older than readers accept.
_ANY_TIME = timedelta(seconds=15)


@dataclass(slots=True)
class Horizon:
    """Since when each open transaction may be open, as one reader of the feed knows."""

    _since: dict[int, datetime] = field(default_factory=dict)
    _looked: datetime | None = None

    def complete_until(self, state: State) -> datetime:
        """The real moment up to which nothing can be missing from the feed.

        A transaction that was not there at the last look began after it, at the earliest.
        """
        earliest = self._looked or state.moment - _ANY_TIME
        self._since = {xid: self._since.get(xid, earliest) for xid in state.writing}
        self._looked = state.moment
        return min(self._since.values(), default=state.moment)


@dataclass(slots=True)
class Alarm:
    """Names the oldest open transaction of a feed once it is known to hold the feed back."""

    _seen: dict[int, datetime] = field(default_factory=dict)
    _named: tuple[str, str] | None = None
    _alarmed: int = 0

    async def look(self, tx: Transaction, state: State) -> None:
        self._seen = {xid: self._seen.get(xid, state.moment) for xid in state.writing}
        oldest = min(self._seen.values(), default=state.moment)
        held = (state.moment - oldest).total_seconds()
        if held < _WORTH_NAMING:
            self._forget()
        elif holder := await reading.holder(tx, state.horizon):
            self._name(state, str(holder), held)

    def _forget(self) -> None:
        if self._named:
            HELD.remove(*self._named)
        self._named = None

    def _name(self, state: State, holder: str, held: float) -> None:
        if self._named != (state.channel, holder):
            self._forget()
            self._named = (state.channel, holder)
        HELD.labels(*self._named).set(held)
        if held > _ALARM and self._alarmed != state.horizon:
            self._alarmed = state.horizon
            structlog.get_logger().error(
                "feed_held_back",
                source=state.channel,
                lag_seconds=round(held, 1),
                oldest_transaction=holder,
            )
