"""Evidence of a small run in which everything held, for tests to spoil."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.chaos.evidence import (
    Acknowledged,
    Asked,
    Attempt,
    Audited,
    Campaign,
    Contact,
    Dial,
    Evidence,
    Group,
    Recipient,
    Sample,
    Workflow,
)

TENANT, CAMPAIGN, GROUP = UUID(int=1), UUID(int=2), UUID(int=3)
ADA, BO = UUID(int=10), UUID(int=11)
TEN = datetime(2026, 9, 15, 14, tzinfo=UTC)
REAL = datetime(2026, 11, 26, 12, tzinfo=UTC)


def dial(number: int = 0, **facts: Any) -> Dial:
    """A call of Ada (0) or Bo (1), an hour after the launch."""
    usual: dict[str, Any] = {
        "call_id": f"call_{number}",
        "key": str(UUID(int=100 + number)),
        "attempt_id": str(UUID(int=100 + number)),
        "campaign_id": str(CAMPAIGN),
        "tenant_id": str(TENANT),
        "phone": f"+1212555010{number}",
        "at": TEN + timedelta(seconds=number),
        "real_at": REAL + timedelta(seconds=number / 100),
        "until": TEN + timedelta(minutes=1),
        "reason": "user_hangup",
    }
    return Dial(**(usual | facts))


def attempt(number: int = 0, **facts: Any) -> Attempt:
    usual: dict[str, Any] = {
        "tenant_id": TENANT,
        "id": UUID(int=100 + number),
        "campaign_id": CAMPAIGN,
        "contact_id": (ADA, BO)[number],
        "n": 1,
        "state": "ended",
        "provider_call_id": f"call_{number}",
        "end_reason": "user_hangup",
        "outcome": "answered",
    }
    return Attempt(**(usual | facts))


def campaign(number: int = 2, **facts: Any) -> Campaign:
    usual: dict[str, Any] = {
        "tenant_id": TENANT,
        "id": UUID(int=number),
        "state": "completed",
        "total": 2,
        "created_at": TEN - timedelta(hours=1),
        "completed_at": TEN + timedelta(hours=1),
        "holds_slot": False,
    }
    return Campaign(**(usual | facts))


def evidence(**facts: Any) -> Evidence:
    """A campaign that rang Ada and Bo, members of one group; some facts may be others."""
    return replace(_HEALTHY, **facts)


def promise(what: object, seconds: float) -> Acknowledged:
    """Given some seconds before or after the first call rang."""
    return Acknowledged(TENANT, str(what), REAL + timedelta(seconds=seconds))


def contact(person: UUID = ADA, **facts: Any) -> Contact:
    usual: dict[str, Any] = {"zone": "", "tenant_zone": "America/New_York", "has_consent": True}
    return Contact(tenant_id=TENANT, id=person, **(usual | facts))


def sample(done: int, *, total: int = 2, stream: str = "one") -> Sample:
    """What somebody who watches is shown when so many of two people are done."""
    return Sample(stream, CAMPAIGN, total, {"pending": 2 - done, "answered": done})


BOTH = {GROUP: frozenset({ADA, BO})}
JOINED = (Audited(1, GROUP, ADA, True, True), Audited(2, GROUP, BO, True, True))
_HEALTHY = Evidence(
    dials=(dial(0), dial(1)),
    asked=(Asked("a", "a"), Asked("a", "a")),
    campaigns=(campaign(),),
    recipients=tuple(Recipient(CAMPAIGN, each, "done", "answered") for each in (ADA, BO)),
    attempts=(attempt(0), attempt(1)),
    contacts=(contact(ADA), contact(BO)),
    groups=(Group(TENANT, GROUP, 2, is_deleted=False),),
    members=BOTH,
    intervals=BOTH,
    expected=BOTH,
    launched=frozenset({CAMPAIGN}),
    listed={GROUP: 2},
    projected={GROUP: 2},
    audit=JOINED,
    workflows=(Workflow(CAMPAIGN, "COMPLETED"),),
    samples=(sample(0), sample(2)),
    suppressions=(promise("+12125550100", 5), promise("+16465550100", -60)),
    revocations=(promise(ADA, 5),),
)
