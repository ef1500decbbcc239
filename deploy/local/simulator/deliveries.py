"""Which webhooks a call causes, when, and what its faults make of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from deploy.local.simulator.calls import Call
from deploy.local.simulator.rules import Event, Fault, Rule

LATE_SECONDS = 7200.0
Seal = Literal["right", "bad", "stale", "missing", "replayed", "of_other_bytes"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook to send: `of` is the moment it tells about, `at` when it leaves."""

    name: str
    event: Event
    of: datetime
    at: datetime
    seal: Seal = "right"
    stranger: bool = False
    contradicts: bool = False


Deliveries = tuple[Delivery, ...]


def deliveries(call: Call) -> Deliveries:
    """What is sent for a call, in the order of sending."""
    planned = _planned(call)
    for rule in call.faults:
        planned = _EFFECTS[rule.fault](planned, rule)
    return tuple(sorted(planned, key=lambda each: each.at))


def _planned(call: Call) -> Deliveries:
    ended = _told("call_ended", call.ended_at)
    analyzed = _told("call_analyzed", call.analyzed_at)
    if call.connected_at is None:
        return ended, analyzed
    return _told("call_started", call.connected_at), ended, analyzed


def _told(event: Event, moment: datetime) -> Delivery:
    return Delivery(event, event, moment, moment)


def _concerns(rule: Rule, delivery: Delivery) -> bool:
    return not rule.events or delivery.event in rule.events


def _lost(planned: Deliveries, rule: Rule) -> Deliveries:
    return tuple(each for each in planned if not _concerns(rule, each))


def _late(planned: Deliveries, rule: Rule) -> Deliveries:
    delay = timedelta(seconds=rule.seconds or LATE_SECONDS)
    return tuple(
        replace(each, at=each.at + delay) if _concerns(rule, each) else each for each in planned
    )


def _reordered(planned: Deliveries, rule: Rule) -> Deliveries:
    last = max(each.at for each in planned)
    return tuple(
        replace(each, at=last + timedelta(seconds=10 * place))
        for place, each in enumerate(sorted(planned, key=lambda each: each.at, reverse=True))
    )


def _duplicated(planned: Deliveries, rule: Rule) -> Deliveries:
    copies = (
        replace(each, name=f"{each.name}/{copy}", at=each.at + timedelta(milliseconds=500 * copy))
        for each in planned
        if _concerns(rule, each)
        for copy in range(1, rule.copies + 1)
    )
    return planned + tuple(copies)


def _with_stranger(planned: Deliveries, rule: Rule) -> Deliveries:
    strangers = (
        replace(each, name=f"{each.name}/stranger", stranger=True)
        for each in planned
        if _concerns(rule, each)
    )
    return planned + tuple(strangers)


def _contradicted(planned: Deliveries, rule: Rule) -> Deliveries:
    denials = (
        replace(
            each,
            name=f"{each.name}/contradiction",
            at=each.at + timedelta(seconds=rule.seconds or 2),
            contradicts=True,
        )
        for each in planned
        if each.event == "call_ended"
    )
    return planned + tuple(denials)


def _replayed(planned: Deliveries, rule: Rule) -> Deliveries:
    delay = timedelta(seconds=rule.seconds or 30)
    replays = (
        replace(each, name=f"{each.name}/replay", at=each.at + delay, seal="replayed")
        for each in planned
        if _concerns(rule, each)
    )
    return planned + tuple(replays)


def _sealed(seal: Seal) -> Callable[[Deliveries, Rule], Deliveries]:
    def effect(planned: Deliveries, rule: Rule) -> Deliveries:
        return tuple(
            replace(each, seal=seal) if _concerns(rule, each) else each for each in planned
        )

    return effect


_EFFECTS: Mapping[Fault, Callable[[Deliveries, Rule], Deliveries]] = {
    Fault.WEBHOOK_LOST: _lost,
    Fault.WEBHOOK_LATE: _late,
    Fault.WEBHOOK_REORDER: _reordered,
    Fault.WEBHOOK_DUPLICATE: _duplicated,
    Fault.WEBHOOK_UNKNOWN_CALL: _with_stranger,
    Fault.WEBHOOK_CONTRADICT: _contradicted,
    Fault.WEBHOOK_REPLAY: _replayed,
    Fault.WEBHOOK_RESERIALISED: _sealed("of_other_bytes"),
    Fault.WEBHOOK_BAD_SIGNATURE: _sealed("bad"),
    Fault.WEBHOOK_UNSIGNED: _sealed("missing"),
    Fault.WEBHOOK_STALE: _sealed("stale"),
}
