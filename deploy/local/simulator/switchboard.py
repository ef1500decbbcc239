"""Accepts and stops calls; everything it knows can be told again from the ledger."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from deploy.local.simulator import outcomes
from deploy.local.simulator.calls import Call
from deploy.local.simulator.faults import Faults, Hits
from deploy.local.simulator.ledger import Ledger
from deploy.local.simulator.orders import Order
from deploy.local.simulator.outcomes import Line, Script
from deploy.local.simulator.records import (
    Declined,
    Dialled,
    Limited,
    Record,
    Ruled,
    Stopped,
    Wish,
)
from deploy.local.simulator.refusals import Refused
from deploy.local.simulator.rules import Rule
from deploy.local.simulator.settings import Limits
from deploy.local.simulator.suffixes import fate
from services.chassis.clock import Clock
from services.chassis.ids import new_id


@dataclass(frozen=True, slots=True)
class House:
    """What the house has settled for good: its clock, its seed and how long keys last."""

    clock: Clock
    seed: int
    key_lasts: timedelta


class Switchboard:
    """The account's calls, in the order of their acceptance."""

    def __init__(self, house: House, ledger: Ledger, limits: Limits) -> None:
        self.calls: dict[str, Call] = {}
        self.limits = limits
        self.faults = Faults()
        self.ledger = ledger
        self._house = house
        self._by_key: dict[str, str] = {}
        self._dials: Counter[str] = Counter()
        self._open: set[str] = set()
        self._wishes: dict[str, bool] = {}
        for record in ledger.records:
            self._apply(record)
            self._count_again(record)

    def now(self) -> datetime:
        return self._house.clock.now()

    def dial(self, order: Order, hits: Hits) -> Call:
        """Places a call, or finds the one that the same key placed within the hour."""
        if (first := self._first(order)) and not hits.forgets_keys:
            if first.order.fingerprint != order.fingerprint:
                raise Refused(422, "This idempotency key was used with another request.")
            self._keep(self._dialled(order, hits, first.call_id, repeat=True))
            return first
        self._admit(order)
        call_id = f"call_{new_id().hex}"
        dialled = self._dialled(order, hits, call_id, repeat=False)
        self._keep(replace(dialled, order=order, script=self._script(order, hits)))
        return self.calls[call_id]

    def decline(self, order: Order, hits: Hits, status: int) -> None:
        """Remembers a create request that placed no call."""
        self._keep(
            Declined(
                at=self.now(),
                real_at=datetime.now(UTC),
                to_number=order.to_number,
                idempotency_key=order.idempotency_key or "",
                attempt_id=order.named("attempt_id"),
                status=status,
                hits=hits.numbers,
            )
        )

    def find(self, call_id: str) -> Call:
        if call := self.calls.get(call_id):
            return call
        raise Refused(422)

    def eldest(self) -> Call:
        """The first call of all."""
        return next(iter(self.calls.values()))

    def stop(self, call_id: str) -> Call:
        """Ends a call that is ringing or going on."""
        now = self.now()
        if self.find(call_id).ended_at <= now:
            raise Refused(400, "The call is not ongoing.")
        self._keep(Stopped(at=now, real_at=datetime.now(UTC), call_id=call_id))
        return self.calls[call_id]

    def live(self) -> int:
        """How many calls ring or go on now."""
        now = self.now()
        self._open = {each for each in self._open if self.calls[each].ended_at > now}
        return len(self._open)

    def rule(self, rules: tuple[Rule, ...]) -> None:
        """Puts fault rules in force, instead of those before."""
        self._keep(Ruled(at=self.now(), real_at=datetime.now(UTC), rules=rules))

    def limit(self, limits: Limits) -> None:
        self._keep(Limited(at=self.now(), real_at=datetime.now(UTC), limits=limits))

    def wish(self, number: str, *, listed: bool) -> None:
        """Puts a number on the provider's do-not-call list, or takes it off."""
        real = datetime.now(UTC)
        self._keep(Wish(at=self.now(), real_at=real, to_number=number, listed=listed))

    def _first(self, order: Order) -> Call | None:
        call = self.calls.get(self._by_key.get(order.idempotency_key or "", ""))
        if call is None or datetime.now(UTC) - call.real_at >= self._house.key_lasts:
            return None
        return call

    def _admit(self, order: Order) -> None:
        if order.honor_internal_dnc and self._unwanted(order.to_number):
            raise Refused(400, "The contact is marked do_not_call.")
        if self.live() >= self.limits.concurrency - self.limits.reserved_inbound:
            raise Refused(429)
        second_ago = self.now() - timedelta(seconds=1)
        pace = self.limits.calls_per_second
        if pace and sum(1 for _ in self._since(second_ago)) >= pace:
            raise Refused(429)

    def _since(self, moment: datetime) -> Iterator[Call]:
        for call in reversed(self.calls.values()):
            if call.accepted_at <= moment:
                return
            yield call

    def _unwanted(self, number: str) -> bool:
        if number in self._wishes:
            return self._wishes[number]
        now = self.now()
        return any(
            call.order.to_number == number
            and call.reason == "user_requested_dnc"
            and call.ended_at <= now
            for call in self.calls.values()
        )

    def _script(self, order: Order, hits: Hits) -> Script:
        number, nth = order.to_number, self._dials[order.to_number] + 1
        if hits.reason:
            line = Line(hits.reason)
        elif suffix := fate(number):
            line = suffix.lines[(nth - 1) % len(suffix.lines)]
        else:
            line = outcomes.drawn(self._house.seed, number, nth)
        chance = Random(f"{self._house.seed}/{number}/{nth}/script")
        return outcomes.script(
            line, chance, ring_limit=order.ring_seconds, talk_limit=order.max_seconds
        )

    def _dialled(self, order: Order, hits: Hits, call_id: str, *, repeat: bool) -> Dialled:
        return Dialled(
            at=self.now(),
            real_at=datetime.now(UTC),
            call_id=call_id,
            to_number=order.to_number,
            from_number=order.from_number,
            idempotency_key=order.idempotency_key or "",
            attempt_id=order.named("attempt_id"),
            campaign_id=order.named("campaign_id"),
            tenant_id=order.named("tenant_id"),
            repeat=repeat,
            hits=hits.numbers,
            faults=() if repeat else hits.webhooks,
        )

    def _keep(self, record: Record) -> None:
        self.ledger.append(record)
        self._apply(record)

    def _apply(self, record: Record) -> None:
        match record:
            case Dialled(repeat=False, order=Order() as order, script=Script() as script):
                self._add(record, order, script)
            case Stopped():
                stopped = replace(self.calls[record.call_id], stopped_at=record.at)
                self.calls[record.call_id] = stopped
            case Ruled():
                self.faults.replace(record.rules)
            case Limited():
                self.limits = record.limits
            case Wish():
                self._wishes[record.to_number] = record.listed

    def _add(self, record: Dialled, order: Order, script: Script) -> None:
        self.calls[record.call_id] = Call(
            call_id=record.call_id,
            accepted_at=record.at,
            real_at=record.real_at,
            order=order,
            script=script,
            faults=record.faults,
        )
        self._dials[order.to_number] += 1
        self._open.add(record.call_id)
        if order.idempotency_key:
            self._by_key[order.idempotency_key] = record.call_id

    def _count_again(self, record: Record) -> None:
        if isinstance(record, Dialled | Declined):
            self.faults.count("create", record.to_number, record.hits)
