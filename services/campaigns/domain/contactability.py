"""The one rule of whom may be dialled now, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from services.campaigns.domain.hours import CallingHours, Whereabouts, whereabouts

POLICY_VERSION = 1


class Verdict(StrEnum):
    """What becomes of a person at this moment."""

    DIAL = "dial"
    WAIT = "wait"
    SKIP = "skip"


class Reason(StrEnum):
    """Why somebody is not dialled; the first ten are for good, the others for now."""

    GROUP_DELETED = "group_deleted"
    DELETED = "deleted"
    NOT_A_MEMBER = "not_a_member"
    NO_PHONE = "no_phone"
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    DUPLICATE_PHONE = "duplicate_phone"
    CAP_REACHED = "cap_reached"
    UNKNOWN_ZONE = "unknown_zone"
    NEVER_OPEN = "never_open"

    NOT_LIVE = "not_live"
    OUTSIDE_HOURS = "outside_hours"
    PHONE_IN_CALL = "phone_in_call"
    STALE_FACTS = "stale_facts"
    ACCOUNT_WITHOUT_ZONE = "account_without_zone"

    @property
    def words(self) -> str:
        """As operators and people read it."""
        return _SENTENCES.get(self, self.value.replace("_", " "))


_SENTENCES = {
    Reason.OUTSIDE_HOURS: "outside calling hours",
    Reason.ACCOUNT_WITHOUT_ZONE: "the time zone of the account is not known yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DialFacts:
    """What groups says about a contact right before the dial; names only reach the agent."""

    contact_id: UUID
    deleted: bool = False
    phone: str = ""
    timezone: str = ""
    language: str = ""
    consent_basis: str = ""
    appointment_time: datetime | None = None
    appointment_status: str = "unknown"
    appointment_type: str = ""
    call_before_hours: int | None = None
    member: bool = True
    name: str = ""
    owner_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What campaigns knows at the same moment; ages are in real seconds."""

    hours: CallingHours
    live: bool = True
    facts_age: float = 0.0
    group_deleted: bool = False
    suppressed: bool = False
    phone_called_before: bool = False
    phone_in_call: bool = False
    calls_today: int = 0
    calls_this_week: int = 0
    calls_a_day: int | None = None
    calls_a_week: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Why somebody was, or was not, dialled; `inputs` never holds personal data."""

    verdict: Verdict
    reason: Reason | None
    where: Whereabouts
    until: datetime | None = None
    inputs: Mapping[str, str | int | bool | None] = field(
        default_factory=lambda: MappingProxyType({})
    )


MAX_FACTS_AGE = 10.0
BUSY_PHONE = timedelta(minutes=2)


def decide(facts: DialFacts, around: Circumstances, now: datetime) -> Decision:
    """Whether this person may be dialled at `now`; reasons for good go before those for now."""
    where = whereabouts(facts.timezone, around.hours.zone, facts.phone)
    inputs = MappingProxyType(_inputs(facts, around))
    if reason := _for_good(facts, around, where):
        return Decision(Verdict.SKIP, reason, where, None, inputs)
    if not around.hours.knows_its_zone:
        return Decision(Verdict.WAIT, Reason.ACCOUNT_WITHOUT_ZONE, where, now, inputs)
    opens = around.hours.open_from(now, where)
    if opens is None:
        return Decision(Verdict.SKIP, Reason.NEVER_OPEN, where, None, inputs)
    if reason := _for_now(around):
        until = now + BUSY_PHONE if reason is Reason.PHONE_IN_CALL else now
        return Decision(Verdict.WAIT, reason, where, until, inputs)
    if opens > now:
        return Decision(Verdict.WAIT, Reason.OUTSIDE_HOURS, where, opens, inputs)
    return Decision(Verdict.DIAL, None, where, None, inputs)


def _for_good(facts: DialFacts, around: Circumstances, where: Whereabouts) -> Reason | None:
    checks = (
        (around.group_deleted, Reason.GROUP_DELETED),
        (facts.deleted, Reason.DELETED),
        (not facts.member, Reason.NOT_A_MEMBER),
        (not facts.phone, Reason.NO_PHONE),
        (around.suppressed, Reason.SUPPRESSED),
        (not facts.consent_basis, Reason.NO_CONSENT),
        (around.phone_called_before, Reason.DUPLICATE_PHONE),
        (_capped(around.calls_today, around.calls_a_day), Reason.CAP_REACHED),
        (_capped(around.calls_this_week, around.calls_a_week), Reason.CAP_REACHED),
        (around.hours.knows_its_zone and not where.zones, Reason.UNKNOWN_ZONE),
    )
    return next((reason for holds, reason in checks if holds), None)


def _for_now(around: Circumstances) -> Reason | None:
    checks = (
        (not around.live, Reason.NOT_LIVE),
        (around.facts_age > MAX_FACTS_AGE, Reason.STALE_FACTS),
        (around.phone_in_call, Reason.PHONE_IN_CALL),
    )
    return next((reason for holds, reason in checks if holds), None)


def _capped(calls: int, limit: int | None) -> bool:
    return limit is not None and calls >= limit


def _inputs(facts: DialFacts, around: Circumstances) -> dict[str, str | int | bool | None]:
    return {
        "policy_version": POLICY_VERSION,
        "deleted": facts.deleted,
        "member": facts.member,
        "has_phone": bool(facts.phone),
        "consent_basis": facts.consent_basis,
        "contact_zone": facts.timezone,
        "tenant_zone": around.hours.zone,
        "suppressed": around.suppressed,
        "phone_called_before": around.phone_called_before,
        "phone_in_call": around.phone_in_call,
        "calls_today": around.calls_today,
        "calls_this_week": around.calls_this_week,
        "live": around.live,
        "facts_age": round(around.facts_age),
    }
