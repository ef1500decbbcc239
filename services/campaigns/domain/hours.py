"""When a person may be called: the tenant's week and holidays, and the day where the person is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone

LOOK_AHEAD = timedelta(days=21)


class ZoneSource(StrEnum):
    """How it is known where a person is."""

    CONTACT = "contact"
    TENANT_AND_NUMBER = "tenant_and_number"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The zones a person may be in, all of which must allow a call; none allows no call."""

    zones: tuple[str, ...]
    source: ZoneSource


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day by the wall clock, half-open; midnight as its end is the day's end."""

    opens: time
    closes: time

    def holds(self, moment: time) -> bool:
        return self.opens <= moment and (moment < self.closes or self.closes == time.min)


DAYTIME = Span(time(8), time(21))


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of time in which a person may be called, half-open."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class CallingHours:
    """A tenant's rule: its own week in its zone, and `daytime` wherever the person is.

    `week` maps Monday (0) to Sunday (6) to the spans of that day; a missing day
    is closed. An empty week leaves the tenant's side always open. It is never
    open while the tenant's zone is not known.
    """

    zone: str
    daytime: Span = DAYTIME
    week: Mapping[int, tuple[Span, ...]] = field(default_factory=lambda: MappingProxyType({}))
    holidays: frozenset[date] = frozenset()

    @property
    def knows_its_zone(self) -> bool:
        return is_zone(self.zone)

    def is_open(self, moment: datetime, where: Whereabouts) -> bool:
        """Whether everyone concerned agrees that it is a time to call."""
        known = self.knows_its_zone and bool(where.zones)
        return known and all(rule.is_open(moment) for rule in self._rules(where))

    def open_from(self, moment: datetime, where: Whereabouts) -> datetime | None:
        """`moment`, or the next one at which it is open; None if none comes in three weeks."""
        opening = self.opening(moment, where)
        return opening.opens if opening else None

    def opening(self, moment: datetime, where: Whereabouts) -> Opening | None:
        """The stretch in which it is open from `moment` on, or the next one."""
        if not (self.knows_its_zone and where.zones):
            return None
        until = moment + LOOK_AHEAD
        rules = self._rules(where)
        while moment < until:
            later = max(rule.next_open(moment) for rule in rules)
            if later == moment:
                return Opening(moment, min(rule.closes_after(moment) for rule in rules))
            moment = later
        return None

    def _rules(self, where: Whereabouts) -> tuple["_Local", ...]:
        daily = dict.fromkeys(range(7), (self.daytime,))
        people = (_Local(zone, daily, frozenset()) for zone in where.zones)
        week = self.week or {day: (Span(time.min, time.min),) for day in range(7)}
        return (_Local(self.zone, week, self.holidays), *people)


def whereabouts(contact_zone: str, tenant_zone: str, phone: str) -> Whereabouts:
    """The contact's own zone, else the tenant's and every zone of the number's region."""
    if is_zone(contact_zone):
        return Whereabouts((contact_zone,), ZoneSource.CONTACT)
    regions = zones_of(phone)
    if not regions or not is_zone(tenant_zone):
        return Whereabouts((), ZoneSource.UNKNOWN)
    zones = tuple(dict.fromkeys((tenant_zone, *regions)))
    return Whereabouts(zones, ZoneSource.TENANT_AND_NUMBER)


@lru_cache(1_000)
def is_zone(name: str) -> bool:
    """Whether this is an IANA zone that is known here."""
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


@lru_cache(10_000)
def zones_of(phone: str) -> tuple[str, ...]:
    """Every zone of a number's region; none if the number tells nothing."""
    try:
        found: Iterable[str] = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in found if is_zone(zone) and zone != timezone.UNKNOWN_TIMEZONE)


@dataclass(frozen=True, slots=True)
class _Local:
    """Spans by the wall clock of one zone."""

    zone: str
    week: Mapping[int, tuple[Span, ...]]
    holidays: frozenset[date]

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        return any(span.holds(local.time()) for span in self._spans(local.date()))

    def next_open(self, moment: datetime) -> datetime:
        """`moment`, or the next opening; the wall clock's jumps move it, never skip it."""
        if self.is_open(moment):
            return moment
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(LOOK_AHEAD.days + 1):
            day = today + timedelta(days=ahead)
            openings = sorted(self._at(day, span.opens) for span in self._spans(day))
            if later := next((each for each in openings if each > moment), None):
                return later
        return moment + LOOK_AHEAD

    def closes_after(self, moment: datetime) -> datetime:
        """When the span that holds `moment` ends."""
        local = moment.astimezone(ZoneInfo(self.zone))
        today, tomorrow = local.date(), local.date() + timedelta(days=1)
        return min(
            self._at(tomorrow if span.closes == time.min else today, span.closes)
            for span in self._spans(today)
            if span.holds(local.time())
        )

    def _spans(self, day: date) -> tuple[Span, ...]:
        return () if day in self.holidays else self.week.get(day.weekday(), ())

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, ZoneInfo(self.zone)).astimezone(UTC)
