"""Judges a ledger: pure functions over the dials, for tests, the demo and a human reader."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A call that was taken at `at`, and kept somebody's phone busy until `until`.

    One that found the provider full, or the account closed, never `rang`.
    """

    at: datetime
    until: datetime
    call_id: str
    to_number: str
    idempotency_key: str = ""
    attempt_id: str = ""
    campaign_id: str = ""
    tenant_id: str = ""
    zone: str = ""
    rang: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What is lawful; `per_phone` limits how often a campaign rings one number, 0 does not.

    A dial's own zone goes before `zone`, and that before the zones of the number's region,
    all of which must be open.
    """

    limit: int = 25
    window: timedelta = timedelta(minutes=15)
    opens: int = 8
    closes: int = 21
    zone: str = ""
    per_phone: int = 0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Dials of which only one should be: they share what `what` names."""

    what: str
    value: str
    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open span of a tenant's time that holds most dials."""

    count: int
    begins: datetime | None = None
    ends: datetime | None = None
    tenant_id: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a campaign dialled."""

    campaign_id: str
    dials: int
    numbers: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the dials say; `faults` are sentences, and none means that everything held."""

    dials: int
    rang: int
    duplicates: tuple[Duplicate, ...]
    overlapping: tuple[Duplicate, ...]
    unidentified: tuple[str, ...]
    fullest_window: Window
    outside_hours: tuple[str, ...]
    most_at_once: int
    campaigns: tuple[Campaign, ...]
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def judge(dials: Iterable[Dial], law: Law) -> Verdict:
    """Looks at every dial and every instant; the order of the dials is of no matter."""
    heard = sorted(dials, key=lambda dial: (dial.at, dial.call_id))
    found = Verdict(
        dials=len(heard),
        rang=sum(dial.rang for dial in heard),
        duplicates=_duplicates(heard, law),
        overlapping=_overlapping(heard),
        unidentified=tuple(d.call_id for d in heard if not (d.idempotency_key and d.attempt_id)),
        fullest_window=fullest_window(heard, law.window),
        outside_hours=tuple(dial.call_id for dial in heard if not is_open(dial, law)),
        most_at_once=_most_at_once(heard),
        campaigns=_campaigns(heard),
        faults=(),
    )
    return _with_faults(found, law)


def fullest_window(dials: Iterable[Dial], span: timedelta) -> Window:
    """The fullest `[t, t + span)` of any one tenant over every instant t."""
    by_tenant: defaultdict[str, list[datetime]] = defaultdict(list)
    for dial in dials:
        by_tenant[dial.tenant_id].append(dial.at)
    windows = (_fullest(sorted(each), span, tenant) for tenant, each in by_tenant.items())
    return max(windows, key=lambda window: window.count, default=Window(0))


def is_open(dial: Dial, law: Law) -> bool:
    """Whether it is calling time where the phone rings; where that is unknown, it is not."""
    named = dial.zone or law.zone
    zones = (named,) if named else zones_of(dial.to_number)
    hours = [_local_hour(dial.at, zone) for zone in zones]
    return bool(hours) and all(law.opens <= hour < law.closes for hour in hours)


@cache
def zones_of(number: str) -> tuple[str, ...]:
    """The time zones of a number's region."""
    try:
        found: Sequence[str] = timezone.time_zones_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in found if zone != timezone.UNKNOWN_TIMEZONE)


def _local_hour(moment: datetime, zone: str) -> int:
    try:
        return moment.astimezone(ZoneInfo(zone)).hour
    except (ZoneInfoNotFoundError, ValueError):
        return -1


def _fullest(moments: Sequence[datetime], span: timedelta, tenant_id: str) -> Window:
    fullest, end = Window(0), 0
    for start, begins in enumerate(moments):
        while end < len(moments) and moments[end] < begins + span:
            end += 1
        if end - start > fullest.count:
            fullest = Window(end - start, begins, begins + span, tenant_id)
    return fullest


def _duplicates(dials: Sequence[Dial], law: Law) -> tuple[Duplicate, ...]:
    found = _shared(dials, "idempotency_key", lambda dial: dial.idempotency_key, 1)
    found += _shared(dials, "attempt_id", lambda dial: dial.attempt_id, 1)
    if law.per_phone:
        rung = [dial for dial in dials if dial.rang]
        found += _shared(rung, "phone_in_campaign", _phone_in_campaign, law.per_phone)
    return found


def _phone_in_campaign(dial: Dial) -> str:
    return f"{dial.campaign_id}/{dial.to_number}" if dial.campaign_id else ""


def _shared(
    dials: Sequence[Dial], what: str, value: Callable[[Dial], str], allowed: int
) -> tuple[Duplicate, ...]:
    by_value: defaultdict[str, list[str]] = defaultdict(list)
    for dial in dials:
        by_value[value(dial)].append(dial.call_id)
    by_value.pop("", None)
    return tuple(
        Duplicate(what, value, tuple(calls))
        for value, calls in by_value.items()
        if len(calls) > allowed
    )


def _overlapping(dials: Sequence[Dial]) -> tuple[Duplicate, ...]:
    busy: dict[str, Dial] = {}
    found: list[Duplicate] = []
    for dial in dials:
        before = busy.get(dial.to_number)
        if before and dial.at < before.until:
            found.append(Duplicate("phone", dial.to_number, (before.call_id, dial.call_id)))
        if before is None or dial.until > before.until:
            busy[dial.to_number] = dial
    return tuple(found)


def _most_at_once(dials: Sequence[Dial]) -> int:
    turns = sorted([(dial.until, -1) for dial in dials] + [(dial.at, 1) for dial in dials])
    live = most = 0
    for _, change in turns:
        live += change
        most = max(most, live)
    return most


def _campaigns(dials: Sequence[Dial]) -> tuple[Campaign, ...]:
    counts = Counter(dial.campaign_id for dial in dials)
    return tuple(
        Campaign(
            campaign_id,
            counts[campaign_id],
            len({dial.to_number for dial in dials if dial.campaign_id == campaign_id}),
            len({dial.attempt_id for dial in dials if dial.campaign_id == campaign_id}),
        )
        for campaign_id in counts
    )


def _with_faults(found: Verdict, law: Law) -> Verdict:
    fullest = found.fullest_window.count
    counts = {
        "keys or attempts dialled twice": len(found.duplicates),
        "dials of a phone that was in a call": len(found.overlapping),
        "dials without key or attempt": len(found.unidentified),
        "dials outside calling hours": len(found.outside_hours),
    }
    faults = [f"{what}: {count}" for what, count in counts.items() if count]
    if fullest > law.limit:
        faults.append(f"dials in the fullest window: {fullest}, allowed are {law.limit}")
    return replace(found, faults=tuple(faults))
