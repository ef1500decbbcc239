"""A call's life: a pure function of its order, its script and the moment one looks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from deploy.local.simulator.orders import Order
from deploy.local.simulator.outcomes import BROKEN, Script
from deploy.local.simulator.rules import Rule

Status = Literal["registered", "ongoing", "ended", "not_connected", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An accepted call; all moments but `real_at` are virtual."""

    call_id: str
    accepted_at: datetime
    real_at: datetime
    order: Order
    script: Script
    faults: tuple[Rule, ...] = ()
    stopped_at: datetime | None = None

    @property
    def connected_at(self) -> datetime | None:
        """When somebody picked up; nothing if nobody did before the call was stopped."""
        if self.script.talk is None:
            return None
        moment = self.accepted_at + timedelta(seconds=self.script.ring)
        return None if self.stopped_at and self.stopped_at <= moment else moment

    @property
    def ended_at(self) -> datetime:
        length = self.script.ring + (self.script.talk or 0)
        return self.stopped_at or self.accepted_at + timedelta(seconds=length)

    @property
    def analyzed_at(self) -> datetime:
        return self.ended_at + timedelta(seconds=self.script.analysis)

    @property
    def reason(self) -> str:
        return "manual_stopped" if self.stopped_at else self.script.line.reason

    @property
    def duration(self) -> timedelta:
        return self.ended_at - self.connected_at if self.connected_at else timedelta()

    def status(self, moment: datetime) -> Status:
        if moment >= self.ended_at:
            return self._end
        return "ongoing" if self.connected_at and moment >= self.connected_at else "registered"

    @property
    def _end(self) -> Status:
        if self.connected_at is None:
            return "not_connected"
        return "error" if self.reason in BROKEN else "ended"
