"""What a client asks for when it creates a phone call."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.simulator.refusals import Refused

E164 = r"^\+[1-9]\d{6,14}$"
METADATA_BYTES = 50_000


class _Agent(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    ring_duration_ms: Annotated[int, Field(ge=5_000, le=300_000)] = 30_000
    max_call_duration_ms: Annotated[int, Field(ge=60_000, le=7_200_000)] = 300_000
    webhook_url: str = ""


class _Override(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    agent: _Agent = Field(default_factory=_Agent)


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    from_number: str
    to_number: Annotated[str, Field(pattern=E164)]
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    metadata: dict[str, Any] | None = None
    retell_llm_dynamic_variables: dict[str, str] | None = None
    override_agent_id: str = "agent_simulated"
    override_agent_version: str | int = 0
    agent_override: _Override = Field(default_factory=_Override)
    honor_internal_dnc: bool = False
    ignore_e164_validation: bool = False


class _FromNumber(BaseModel):
    from_number: Annotated[str, Field(pattern=E164)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A call that was asked for; `fingerprint` tells whether another request is the same."""

    from_number: str
    to_number: str
    idempotency_key: str | None
    metadata: dict[str, Any] | None
    variables: dict[str, str] | None
    agent_id: str
    agent_version: int
    ring_seconds: float
    max_seconds: float
    webhook_url: str
    honor_internal_dnc: bool
    fingerprint: str

    def named(self, key: str) -> str:
        """A word of the metadata, or nothing."""
        value = (self.metadata or {}).get(key)
        return value if isinstance(value, str) else ""


def read(raw: bytes) -> Order:
    """Reads a request's body, or refuses it with what is wrong."""
    try:
        document = orjson.loads(raw)
        body = _Body.model_validate(document)
        if not body.ignore_e164_validation:
            _FromNumber.model_validate({"from_number": body.from_number})
    except orjson.JSONDecodeError as error:
        raise Refused(400, "The request body is not valid JSON.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(400, f"{where or 'body'}: {first['msg']}") from error
    if len(orjson.dumps(body.metadata)) > METADATA_BYTES:
        raise Refused(400, "metadata: exceeds 50 kB")
    return _order(body, orjson.dumps(document, option=orjson.OPT_SORT_KEYS))


def _order(body: _Body, canonical: bytes) -> Order:
    agent, version = body.agent_override.agent, body.override_agent_version
    return Order(
        from_number=body.from_number,
        to_number=body.to_number,
        idempotency_key=body.idempotency_key,
        metadata=body.metadata,
        variables=body.retell_llm_dynamic_variables,
        agent_id=body.override_agent_id,
        agent_version=version if isinstance(version, int) else 0,
        ring_seconds=agent.ring_duration_ms / 1000,
        max_seconds=agent.max_call_duration_ms / 1000,
        webhook_url=agent.webhook_url,
        honor_internal_dnc=body.honor_internal_dnc,
        fingerprint=hashlib.sha256(canonical).hexdigest(),
    )
