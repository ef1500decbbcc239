"""What must hold of every call, by the provider's own ledger."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from deploy.local.simulator import verdict
from deploy.local.simulator.verdict import Law
from tests.chaos.evidence import Acknowledged, Contact, Dial, Evidence
from tests.support.overlap import most_at_once

LAW = Law()
# A fence is sent within two seconds; facts about a person are ten seconds old at most.
FENCED = timedelta(seconds=5)
INFORMED = timedelta(seconds=15)
LIVE_CAMPAIGNS = 5
MOST_PEOPLE = 1000


def nobody_is_rung_twice(evidence: Evidence) -> Iterator[str]:
    """I1."""
    yield from _repeated("key", (dial.key for dial in evidence.dials))
    yield from _repeated("attempt", (dial.attempt_id for dial in evidence.dials))
    people = (f"{dial.phone} of campaign {dial.campaign_id}" for dial in evidence.dials)
    yield from _repeated("phone", people)
    intents = {str(attempt.id) for attempt in evidence.attempts}
    for dial in evidence.dials:
        if dial.attempt_id not in intents:
            yield f"call {dial.call_id} rang without an attempt written before"
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for request in evidence.asked:
        keys[request.attempt_id].add(request.key)
    for attempt, used in keys.items():
        if len(used) > 1:
            yield f"attempt {attempt} was asked for with {len(used)} keys"


def nobody_is_forgotten(evidence: Evidence) -> Iterator[str]:
    """I2."""
    people = Counter(each.campaign_id for each in evidence.recipients)
    for campaign in evidence.campaigns:
        if people[campaign.id] != campaign.total:
            yield f"campaign {campaign.id} has {people[campaign.id]} people of {campaign.total}"
    for each in evidence.recipients:
        if each.state not in _FINAL:
            yield f"{each.contact_id} of campaign {each.campaign_id} is still {each.state}"
        elif each.state == "done" and each.outcome is None:
            yield f"{each.contact_id} of campaign {each.campaign_id} is done without an outcome"
    states = {str(attempt.id): attempt.state for attempt in evidence.attempts}
    for dial in evidence.dials:
        if (state := states.get(dial.attempt_id, "ended")) != "ended":
            yield f"call {dial.call_id} is over, and its attempt {dial.attempt_id} is {state}"


def nobody_is_rung_who_must_not_be(evidence: Evidence) -> Iterator[str]:
    """I7."""
    contacts = {contact.id: contact for contact in evidence.contacts}
    whom = {str(attempt.id): contacts.get(attempt.contact_id) for attempt in evidence.attempts}
    for dial in evidence.dials:
        if contact := whom.get(dial.attempt_id):
            yield from _wrongly(dial, contact)
    yield from _after("on the do-not-call list", evidence, evidence.suppressions, FENCED)
    yield from _after("without consent any more", evidence, evidence.revocations, INFORMED)


def limits_hold(evidence: Evidence) -> Iterator[str]:
    """I8."""
    dials = [_judged(dial) for dial in evidence.dials]
    window = verdict.fullest_window(dials, LAW.window)
    if window.count > LAW.limit:
        yield f"{window.count} calls of {window.tenant_id} from {window.begins} to {window.ends}"
    for tenant, spans in _campaigns(evidence.dials).items():
        if (live := most_at_once(spans)) > LIVE_CAMPAIGNS:
            yield f"{live} campaigns of {tenant} rang at a time"
    for campaign in evidence.campaigns:
        if campaign.total > MOST_PEOPLE:
            yield f"campaign {campaign.id} has {campaign.total} people"


def cancelled_means_no_more_calls(evidence: Evidence) -> Iterator[str]:
    """I9."""
    said = {each.what: each.at for each in evidence.cancels}
    for dial in evidence.dials:
        if (at := said.get(dial.campaign_id)) and dial.real_at > at + FENCED:
            late = (dial.real_at - at).total_seconds()
            yield f"call {dial.call_id} rang {late:.1f} s after campaign {dial.campaign_id} ended"


def reports_are_folded_in_any_order(evidence: Evidence) -> Iterator[str]:
    """I12."""
    attempts = {str(attempt.id): attempt for attempt in evidence.attempts}
    for dial in evidence.dials:
        attempt = attempts.get(dial.attempt_id)
        if attempt is None or dial.is_contradicted:
            continue
        if attempt.end_reason != dial.reason:
            yield f"call {dial.call_id} ended by {dial.reason}, we say {attempt.end_reason}"
        if attempt.provider_call_id != dial.call_id:
            yield f"call {dial.call_id} is known as {attempt.provider_call_id}"


_FINAL = frozenset({"done", "skipped", "needs_attention", "not_called"})


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{what} {value} rang {count} times"


def _wrongly(dial: Dial, contact: Contact) -> Iterator[str]:
    if not contact.has_consent:
        yield f"{contact.id} was rung without consent"
    if contact.zone:
        zones: tuple[str, ...] = (contact.zone,)
    else:
        zones = (contact.tenant_zone, *verdict.zones_of(dial.phone))
    for zone in zones:
        if not verdict.is_open(_judged(dial), Law(zone=zone)):
            yield f"{contact.id} was rung at {dial.at:%H:%M} UTC, at night in {zone}"


def _after(
    what: str, evidence: Evidence, promises: Iterable[Acknowledged], within: timedelta
) -> Iterator[str]:
    whom = {str(attempt.id): attempt.contact_id for attempt in evidence.attempts}
    since: dict[tuple[UUID, str], Acknowledged] = {
        (each.tenant_id, each.what): each for each in promises
    }
    for dial in evidence.dials:
        for name in (dial.phone, str(whom.get(dial.attempt_id))):
            promise = since.get((UUID(dial.tenant_id), name))
            if promise and dial.real_at > promise.at + within:
                yield f"call {dial.call_id} rang somebody {what}"


def _campaigns(dials: Iterable[Dial]) -> dict[str, list[tuple[datetime, datetime]]]:
    """By tenant, from when to when each campaign surely held a slot: its first and last call."""
    moments: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for dial in dials:
        moments[dial.tenant_id, dial.campaign_id].append(dial.at)
    spans: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for (tenant, _), rang in moments.items():
        spans[tenant].append((min(rang), max(rang)))
    return spans


def _judged(dial: Dial) -> verdict.Dial:
    return verdict.Dial(
        at=dial.at,
        until=dial.until,
        call_id=dial.call_id,
        to_number=dial.phone,
        tenant_id=dial.tenant_id,
    )
