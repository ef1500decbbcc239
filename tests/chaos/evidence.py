"""Everything a run left behind, as plain values: what the invariants are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A call that the provider accepted: when, and how it really ended; repeats rang nobody.

    The answer to one that is `unanswered` was lost.
    """

    call_id: str
    key: str
    attempt_id: str
    campaign_id: str
    tenant_id: str
    phone: str
    at: datetime
    real_at: datetime
    until: datetime
    reason: str
    is_contradicted: bool = False
    is_unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the provider, whatever became of it."""

    attempt_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign's row, and the people frozen into it."""

    tenant_id: UUID
    id: UUID
    state: str
    total: int
    created_at: datetime
    completed_at: datetime | None
    holds_slot: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody of a campaign."""

    campaign_id: UUID
    contact_id: UUID
    state: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One dial of one person, as the product knows it."""

    tenant_id: UUID
    id: UUID
    campaign_id: UUID
    contact_id: UUID
    n: int
    state: str
    provider_call_id: str | None
    end_reason: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact, and where and with which right it is called."""

    tenant_id: UUID
    id: UUID
    zone: str
    tenant_zone: str
    has_consent: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group's stored number of members, and the names of those who are."""

    tenant_id: UUID
    id: UUID
    contact_count: int
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Audited:
    """One line of the audit about a membership."""

    number: int
    group_id: UUID
    contact_id: UUID
    joined: bool
    is_attributed: bool


@dataclass(frozen=True, slots=True)
class Workflow:
    """How a campaign's workflow ended, and the faults of the worker that its history tells."""

    campaign_id: UUID
    status: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """The counts that somebody who watches was shown; `stream` is one connection."""

    stream: str
    campaign_id: UUID
    total: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A promise that nobody is dialled any more: of a campaign, or of a phone of a tenant."""

    tenant_id: UUID
    what: str
    at: datetime


Members = Mapping[UUID, frozenset[UUID]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run, after all faults were healed and everything had come to rest.

    `members` are the rows of groups, `projected` the numbers that analytics counted,
    `expected` what clients were promised, `launched` the campaigns among it, None if nobody
    launches any. Of the campaigns `ended_by_hand` an operator told the workflow to end.
    `unlike` names a table that does not say what its source says, `surprises` are replies
    that no client should get.
    """

    dials: tuple[Dial, ...] = ()
    asked: tuple[Asked, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    contacts: tuple[Contact, ...] = ()
    groups: tuple[Group, ...] = ()
    members: Members = field(default_factory=dict)
    intervals: Members = field(default_factory=dict)
    expected: Members = field(default_factory=dict)
    launched: frozenset[UUID] | None = None
    listed: Mapping[UUID, int] = field(default_factory=dict)
    projected: Mapping[UUID, int] = field(default_factory=dict)
    audit: tuple[Audited, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    ended_by_hand: frozenset[UUID] = frozenset()
    samples: tuple[Sample, ...] = ()
    cancels: tuple[Acknowledged, ...] = ()
    suppressions: tuple[Acknowledged, ...] = ()
    revocations: tuple[Acknowledged, ...] = ()
    unlike: tuple[str, ...] = ()
    unequal_replies: tuple[str, ...] = ()
    surprises: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
