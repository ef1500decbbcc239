"""What a launch asks for, whether it may, and who of the audience is left out from the start."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.campaigns.domain import contactability, errors
from services.campaigns.domain.audience import Wanted
from services.campaigns.domain.campaigns import (
    NAME_LENGTH,
    Priority,
    Timing,
)
from services.campaigns.domain.contactability import (
    Circumstances,
    Decision,
    DialFacts,
    Reason,
    Verdict,
)
from services.campaigns.domain.hours import CallingHours, Whereabouts

_EXAMPLES = 5
TIMINGS_OF: Mapping[str, frozenset[Timing]] = {
    "scheduled_datetime": frozenset({Timing.SCHEDULED, Timing.STAGGERED}),
    "stagger_duration_minutes": frozenset({Timing.STAGGERED}),
    "override_call_timing": frozenset({Timing.SCHEDULED}),
    "custom_hours_before": frozenset({Timing.SCHEDULED}),
}


@dataclass(frozen=True, slots=True)
class Order:
    """A launch as it is asked for."""

    wanted: Wanted
    timing: Timing
    name: str = ""
    custom_message: str = ""
    priority: Priority = Priority.NORMAL
    expires_at: datetime | None = None
    expected_count: int | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody of an audience: where they are, and why they are not called, if so."""

    facts: DialFacts
    decision: Decision

    @property
    def where(self) -> Whereabouts:
        return self.decision.where

    @property
    def reason(self) -> Reason | None:
        return self.decision.reason if self.decision.verdict is Verdict.SKIP else None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """People who are not called for one reason, and a few of them."""

    reason: Reason
    count: int
    examples: tuple[UUID, ...]


def checked(order: Order, now: datetime) -> None:
    """Refuses an order that breaks a rule by itself."""
    if order.timing is not Timing.IMMEDIATE:
        raise errors.timing_not_available(order.timing)
    if order.expires_at is not None and order.expires_at <= now:
        raise errors.expires_in_the_past()
    if len(order.wanted.contact_ids) > order.wanted.limit:
        raise errors.too_many_contacts(len(order.wanted.contact_ids), order.wanted.limit)


def refuse_fields_of_others(timing: Timing, given: Iterable[str]) -> None:
    """Refuses fields that only go with other timings."""
    for field in given:
        if timing not in TIMINGS_OF[field]:
            raise errors.field_of_other_timing(field, timing)


def invited(
    people: Sequence[DialFacts],
    suppressed: Collection[str],
    hours: CallingHours,
    now: datetime,
) -> tuple[Invited, ...]:
    """Everybody with the reason why they are not called; a phone is called once."""
    seen: set[str] = set()
    found = []
    for facts in people:
        around = Circumstances(
            hours=hours,
            suppressed=facts.phone in suppressed,
            phone_called_before=facts.phone in seen,
        )
        each = Invited(facts, contactability.decide(facts, around, now))
        if each.reason is None:
            seen.add(facts.phone)
        found.append(each)
    return tuple(found)


def exclusions(people: Iterable[Invited]) -> tuple[Exclusion, ...]:
    """Who is left out, by reason."""
    out = [each for each in people if each.reason is not None]
    counts = Counter(each.reason for each in out if each.reason)
    return tuple(
        Exclusion(
            reason,
            count,
            tuple(each.facts.contact_id for each in out if each.reason is reason)[:_EXAMPLES],
        )
        for reason, count in sorted(counts.items())
    )


def callable_people(order: Order, people: Sequence[Invited]) -> int:
    """How many are called; refuses when nobody is, or when it is not what was expected."""
    if not people:
        raise errors.group_empty() if order.wanted.is_whole_group else errors.nobody_fits()
    count = sum(each.reason is None for each in people)
    if order.expected_count is not None and order.expected_count != count:
        raise errors.count_changed(order.expected_count, count)
    if not count:
        raise errors.nobody_to_call({each.reason.value: each.count for each in exclusions(people)})
    return count


def default_name(group_name: str | None, now: datetime, zone: str) -> str:
    """What a campaign without a name is called, in the tenant's own time."""
    whom = group_name or "Selected contacts"
    told = f", {now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if zone else ""
    return f"{whom}{told}"[:NAME_LENGTH]
