"""The list of calls: its filters, its order and its pages."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.simulator import bodies
from deploy.local.simulator.calls import Call
from deploy.local.simulator.refusals import Refused

_OPERATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "sw": lambda value, wanted: str(value).startswith(wanted),
    "ew": lambda value, wanted: str(value).endswith(wanted),
    "co": lambda value, wanted: wanted in str(value),
    "gt": lambda value, wanted: value > wanted,
    "ge": lambda value, wanted: value >= wanted,
    "lt": lambda value, wanted: value < wanted,
    "le": lambda value, wanted: value <= wanted,
    "bt": lambda value, wanted: wanted[0] <= value <= wanted[1],
    "in": lambda value, wanted: value in wanted,
}
_PLAIN = frozenset(
    {
        "call_id",
        "call_status",
        "call_type",
        "direction",
        "from_number",
        "to_number",
        "disconnection_reason",
        "start_timestamp",
        "end_timestamp",
        "duration_ms",
        "batch_call_id",
    }
)
_ANALYSIS = frozenset({"in_voicemail", "user_sentiment", "call_successful"})
_KEYED = {"metadata": "metadata", "dynamic_variables": "retell_llm_dynamic_variables"}


class Condition(BaseModel):
    """One filter: how the value of a field compares with the one given."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["string", "number", "range", "enum", "boolean", "present"]
    op: Literal["eq", "ne", "sw", "ew", "co", "gt", "ge", "lt", "le", "bt", "in", "pr", "np"]
    value: Any = None
    key: str = ""

    def holds(self, value: Any) -> bool:
        if self.op in ("pr", "np"):
            return (value is not None) == (self.op == "pr")
        if value is None:
            return self.op == "ne"
        return _OPERATIONS[self.op](value, self.value)


class Query(BaseModel):
    """A request for a page."""

    model_config = ConfigDict(extra="ignore")

    filter_criteria: dict[str, Condition | list[Condition]] = Field(default_factory=dict)
    include_total: bool = False
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    pagination_key: str | None = None
    skip: Annotated[int, Field(ge=0)] | None = None
    sort_order: Literal["ascending", "descending"] = "descending"


@dataclass(frozen=True, slots=True)
class Row:
    """A call and what a list shows of it."""

    call: Call
    body: dict[str, Any]

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands: by its start, or its acceptance while it has not started."""
        moment = self.call.connected_at or self.call.accepted_at
        return round(moment.timestamp() * 1000), self.call.call_id


def read(raw: bytes) -> Query:
    """Reads a request's body; an unknown filter is refused, not ignored."""
    try:
        query = Query.model_validate(orjson.loads(raw or b"{}"))
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise Refused(400, "The list request is not valid.") from error
    if query.skip is not None and query.pagination_key is not None:
        raise Refused(400, "skip and pagination_key exclude each other.")
    if unknown := query.filter_criteria.keys() - _PLAIN - _ANALYSIS - _KEYED.keys():
        raise Refused(400, f"Unknown filter: {', '.join(sorted(unknown))}.")
    return query


def page(calls: Iterable[Call], query: Query, moment: datetime) -> dict[str, Any]:
    """The part of the matching calls that the query asks for."""
    found = [row for call in calls if _matches(row := _row(call, moment), query)]
    found.sort(key=lambda row: row.place, reverse=query.sort_order == "descending")
    rest = _after(found, query)
    shown = rest[: query.limit]
    more = len(rest) > len(shown)
    answer: dict[str, Any] = {"items": [row.body for row in shown], "has_more": more}
    if more:
        answer["pagination_key"] = _to_key(shown[-1].place)
    if query.include_total:
        answer["total"] = len(found)
    return answer


def _row(call: Call, moment: datetime) -> Row:
    return Row(call, bodies.listed(call, moment))


def _matches(row: Row, query: Query) -> bool:
    try:
        return all(_holds(row.body, *each) for each in query.filter_criteria.items())
    except (TypeError, IndexError) as error:
        raise Refused(400, "A filter's value does not fit its operation.") from error


def _holds(body: dict[str, Any], field: str, criteria: Condition | list[Condition]) -> bool:
    conditions = criteria if isinstance(criteria, list) else [criteria]
    if field in _KEYED:
        facts = body.get(_KEYED[field]) or {}
        return all(each.holds(facts.get(each.key)) for each in conditions)
    facts = body.get("call_analysis", {}) if field in _ANALYSIS else body
    return all(each.holds(facts.get(field)) for each in conditions)


def _after(found: list[Row], query: Query) -> list[Row]:
    if query.pagination_key is None:
        return found[query.skip or 0 :]
    place = _from_key(query.pagination_key)
    if query.sort_order == "descending":
        return [row for row in found if row.place < place]
    return [row for row in found if row.place > place]


def _to_key(place: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode()


def _from_key(key: str) -> tuple[int, str]:
    try:
        start, call_id = orjson.loads(base64.urlsafe_b64decode(key))
        return int(start), str(call_id)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Refused(400, "pagination_key is not one of ours.") from error
