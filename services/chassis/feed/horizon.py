"""How far behind a feed is kept by the oldest transaction that still writes, and by whose."""

from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(slots=True)
class Horizon:
    """Remembers since when each open transaction is known."""

    _since: dict[int, datetime] = field(default_factory=dict)
    _named: tuple[str, str] | None = None
    _alarmed: int = 0

    def complete_until(self, state: State) -> datetime:
        """The real moment up to which nothing can be missing from the feed."""
        return min((self._since[xid] for xid in state.writing), default=state.moment)

    async def look(self, tx: Transaction, state: State) -> None:
        """Takes note of the open transactions; names the oldest once it holds the feed back."""
        before = self._since
        self._since = {xid: before.get(xid, state.moment) for xid in state.writing}
        held = (state.moment - self.complete_until(state)).total_seconds()
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
