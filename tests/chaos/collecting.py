"""Reads what a run left behind: the ledger, the tables of every tenant, the histories."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import class_row, tuple_row
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecution

from tests.chaos.evidence import (
    Asked,
    Attempt,
    Audited,
    Campaign,
    Contact,
    Dial,
    Group,
    Recipient,
    Workflow,
)

Row = TypeVar("Row")
Json = Mapping[str, Any]

_ROWS: Mapping[type, str] = {
    Campaign: "select tenant_id, id, state, total_contacts as total, created_at, completed_at, "
    "holds_slot from campaigns.campaigns",
    Recipient: "select campaign_id, contact_id, state, outcome from campaigns.recipients",
    Attempt: "select tenant_id, id, campaign_id, contact_id, n, state, provider_call_id, "
    "end_reason, outcome from campaigns.attempts",
    Contact: "select tenant_id, id, coalesce(contacts.timezone, '') as zone, "
    "tenant_profiles.timezone as tenant_zone, exists (select from groups.consents where "
    "consents.contact_no = contacts.contact_no) as has_consent "
    "from groups.contacts join groups.tenant_profiles using (tenant_id)",
    Group: "select tenant_id, id, contact_count, deleted_at is not null as is_deleted "
    "from groups.groups",
    Audited: "select audit_no as number, group_id, contact_id, action = 'member_added' as joined, "
    "operation_id is not null as is_attributed from groups.audit "
    "where action in ('member_added', 'member_removed')",
}
_MEMBERS = """
select groups.id, array_agg(contacts.id) from groups.groups
join groups.{} using (group_no) join groups.contacts using (contact_no)
where {} group by groups.id
"""
_PROJECTED = "select group_id, sum(members)::int from analytics.group_members group by group_id"
_WORKER_FAULTS = frozenset(
    {
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
    }
)


async def tables(url: str) -> dict[str, Any]:
    """The rows of every tenant, as the fields of evidence that they are."""
    async with await psycopg.AsyncConnection.connect(url, row_factory=tuple_row) as connection:
        return {
            "campaigns": await _rows(connection, Campaign),
            "recipients": await _rows(connection, Recipient),
            "attempts": await _rows(connection, Attempt),
            "contacts": await _rows(connection, Contact),
            "groups": await _rows(connection, Group),
            "audit": await _rows(connection, Audited),
            "members": await _sets(connection, _MEMBERS.format("memberships", "true")),
            "intervals": await _sets(
                connection, _MEMBERS.format("membership_history", "valid_to is null")
            ),
            "projected": dict(await (await connection.execute(_PROJECTED)).fetchall()),
        }


async def _rows(connection: psycopg.AsyncConnection[Any], row: type[Row]) -> tuple[Row, ...]:
    cursor = connection.cursor(row_factory=class_row(row))
    return tuple(await (await cursor.execute(_ROWS[row].encode())).fetchall())


async def _sets(
    connection: psycopg.AsyncConnection[Any], query: str
) -> dict[UUID, frozenset[UUID]]:
    rows = await (await connection.execute(query.encode())).fetchall()
    return {group: frozenset(people) for group, people in rows}


async def ends(simulator: str, key: str) -> dict[str, Json]:
    """Every call as the provider knows it."""
    calls: dict[str, Json] = {}
    async with httpx.AsyncClient(
        base_url=simulator, headers={"Authorization": f"Bearer {key}"}, trust_env=False
    ) as provider:
        asked: dict[str, Any] = {"limit": 1000}
        while True:
            page = (await provider.post("/v3/list-calls", json=asked)).raise_for_status().json()
            calls |= {each["call_id"]: each for each in page["items"]}
            if not page["has_more"]:
                return calls
            asked["pagination_key"] = page["pagination_key"]


def dials(ledger: Iterable[Json], ended: Mapping[str, Json]) -> tuple[Dial, ...]:
    """The calls that were accepted; repeats of a key rang nobody."""
    lines = list(ledger)
    contradicted = {
        line["call_id"]
        for line in lines
        if line["kind"] == "webhook" and line["delivery"].endswith("/contradiction")
    }
    return tuple(
        Dial(
            call_id=line["call_id"],
            key=line["idempotency_key"],
            attempt_id=line["attempt_id"],
            campaign_id=line["campaign_id"],
            tenant_id=line["tenant_id"],
            phone=line["to_number"],
            at=datetime.fromisoformat(line["at"]),
            real_at=datetime.fromisoformat(line["real_at"]),
            until=_moment(ended[line["call_id"]]),
            reason=ended[line["call_id"]].get("disconnection_reason", ""),
            is_contradicted=line["call_id"] in contradicted,
            is_unanswered=any(rule["fault"].startswith("accept_then") for rule in met),
        )
        for line, met in _with_rules(lines)
        if line["kind"] == "dial" and not line["repeat"]
    )


def _with_rules(lines: Iterable[Json]) -> Iterator[tuple[Json, list[Json]]]:
    """Each line with the fault rules that met it, which may be replaced by then."""
    rules: list[Json] = []
    for line in lines:
        if line["kind"] == "rules":
            rules += line["rules"]
        yield line, [rules[place] for place in line.get("hits", ())]


def asked(ledger: Iterable[Json]) -> tuple[Asked, ...]:
    """Every request to place a call, refused ones too."""
    return tuple(
        Asked(line["attempt_id"], line["idempotency_key"])
        for line in ledger
        if line["kind"] in ("dial", "refusal")
    )


def _moment(call: Json) -> datetime:
    return datetime.fromtimestamp(call.get("end_timestamp", 0) / 1000, UTC)


async def workflows(address: str) -> tuple[Workflow, ...]:
    """How each campaign's workflow stands in its last run, with the faults of all its runs."""
    client = await Client.connect(address)
    runs: dict[UUID, list[WorkflowExecution]] = {}
    async for run in client.list_workflows(""):
        runs.setdefault(UUID(run.id.partition("/")[2]), []).append(run)
    return tuple([await _workflow(client, each, theirs) for each, theirs in runs.items()])


async def _workflow(
    client: Client, campaign_id: UUID, runs: Sequence[WorkflowExecution]
) -> Workflow:
    last = max(runs, key=lambda run: run.start_time)
    faults = [fault for run in runs for fault in await _faults(client, run)]
    return Workflow(campaign_id, last.status.name if last.status else "", tuple(faults))


async def _faults(client: Client, run: WorkflowExecution) -> list[str]:
    history = client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events()
    return [
        event.workflow_task_failed_event_attributes.failure.message
        async for event in history
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        and event.workflow_task_failed_event_attributes.cause in _WORKER_FAULTS
    ]
