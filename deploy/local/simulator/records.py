"""What the ledger remembers, one line each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from deploy.local.simulator.orders import Order
from deploy.local.simulator.outcomes import Script
from deploy.local.simulator.rules import Rule
from deploy.local.simulator.settings import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """An accepted request: a new call, or a repeat that got the first call again."""

    kind: Literal["dial"] = "dial"
    at: datetime
    real_at: datetime
    call_id: str
    to_number: str
    from_number: str
    idempotency_key: str
    attempt_id: str
    campaign_id: str
    tenant_id: str
    repeat: bool
    hits: tuple[int, ...] = ()
    order: Order | None = None
    script: Script | None = None
    faults: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A create request that placed no call; status 0 is a connection without an answer."""

    kind: Literal["refusal"] = "refusal"
    at: datetime
    real_at: datetime
    to_number: str
    idempotency_key: str
    attempt_id: str
    status: int
    hits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A call that a client ended."""

    kind: Literal["stop"] = "stop"
    at: datetime
    real_at: datetime
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One try to deliver a webhook; status 0 is no answer, `settled` the last try."""

    kind: Literal["webhook"] = "webhook"
    at: datetime
    real_at: datetime
    call_id: str
    delivery: str
    event: str
    signature: str
    nth: int
    status: int
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """Fault rules put in force."""

    kind: Literal["rules"] = "rules"
    at: datetime
    real_at: datetime
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """Limits of the account changed."""

    kind: Literal["limits"] = "limits"
    at: datetime
    real_at: datetime
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A number put on, or taken off, the provider's do-not-call list by hand."""

    kind: Literal["do_not_call"] = "do_not_call"
    at: datetime
    real_at: datetime
    to_number: str
    listed: bool


Record = Dialled | Declined | Stopped | Sent | Ruled | Limited | Wish
LINE: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])
