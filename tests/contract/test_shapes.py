"""Every route answers in the shape that clients rely on."""

from typing import Any

import httpx
import pytest

from tests.contract import cases, cases_of_calls, shapes
from tests.contract.cases import Case
from tests.contract.house import House
from tests.contract.kinds import faults
from tests.contract.scene import Things

CASES = (*cases.CASES, *cases_of_calls.CASES)
ASKED = "shape-1"
NOTHING: tuple[Any, ...] = (None, "", [], {})
# They answer with a stream, a file or nothing at all; `test_streams.py` has them.
ELSEWHERE = {
    ("GET", "/campaigns/{campaign_id}/events"),
    ("GET", "/imports/{import_id}/errors"),
    ("POST", "/webhooks/retell"),
}
SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_route_answers_in_its_shape(
    case: Case, clients: dict[str, httpx.AsyncClient], things: Things
) -> None:
    answer = await _ask(clients[case.asks], case, things)

    body = answer.json()
    assert answer.status_code == case.status, body
    assert faults(case.shape, body) == []
    assert [each for each in case.filled if _part(body, each.format_map(things)) in NOTHING] == []
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"] == ASKED
    assert {name: answer.headers[name] for name in SAFE} == SAFE
    if isinstance(case.shape, dict) and "etag" in case.shape:
        assert answer.headers["etag"] == f'"{body["etag"]}"'


def test_every_route_has_one_case(house: House) -> None:
    asked = [(case.method, case.route) for case in CASES]

    assert sorted(asked) == sorted(house.routes - ELSEWHERE)


async def test_counts_of_a_campaign_sum_to_everybody(
    clients: dict[str, httpx.AsyncClient], things: Things
) -> None:
    found = (await clients["admin"].get(f"/campaigns/{things['campaign_id']}")).json()

    assert sum(found["counts"].values()) == found["total_contacts"] == 5
    assert found["counts"]["confirmed"] == found["counts"]["no_answer"] == 1
    assert (found["successful_calls"], found["failed_calls"]) == (1, 1)


async def _ask(client: httpx.AsyncClient, case: Case, things: Things) -> httpx.Response:
    own = {**things, **{name: things[thing] for name, thing in case.where.items()}}
    headers = {"x-request-id": ASKED}
    sent: dict[str, Any] = {"params": _told(case.query, own)}
    if case.file:
        sent["files"] = {"file": ("people.csv", case.file, "text/csv")}
    elif case.body is not None:
        sent["json"] = _told(case.body, own)
    return await client.request(case.method, case.route.format_map(own), headers=headers, **sent)


def _told(template: Any, things: Things) -> Any:
    """The template with the ids of things for their names."""
    if isinstance(template, dict):
        return {name: _told(each, things) for name, each in template.items()}
    if isinstance(template, list):
        return [_told(each, things) for each in template]
    return template.format_map(things) if isinstance(template, str) else template


def _part(body: Any, path: str) -> Any:
    for name in path.split("."):
        body = body[int(name)] if isinstance(body, list) else body[name]
    return body


GROUP = {
    "id": "01a21795-9f16-7310-9a43-3fc2b88dca91",
    "tenant_id": "01a21795-9d18-7d67-a118-547d2c4d731f",
    "name": "VIP",
    "description": None,
    "color": "#3B82F6",
    "icon": None,
    "visibility": "all_staff",
    "permitted_users": [],
    "contact_count": 4,
    "created_by": "d3046d5d-d831-5a06-9b62-34dd50764284",
    "created_at": "2026-09-15T13:00:00.721414Z",
    "updated_at": "2026-09-15T13:00:00Z",
    "last_activity": {"at": "2026-09-15T13:00:00.721414Z", "text": "4 contacts added"},
    "performance": {"answer_rate": 66.67, "confirmation_rate": None, "total_calls": 3},
    "archived": False,
    "etag": "1",
    "something_new": [1],
}


def test_a_shape_holds_whatever_is_added_to_it() -> None:
    assert faults(shapes.GROUP, GROUP) == []


@pytest.mark.parametrize(
    ("name", "planted", "fault"),
    [
        ("id", "VIP", "it.id is 'VIP', not a UUID"),
        ("name", None, "it.name is None, not a text with something in it"),
        ("color", "#3b82f6", "it.color is '#3b82f6', not a colour"),
        ("visibility", "ALL_STAFF", "not one of all_staff, admins_only, custom"),
        ("permitted_users", None, "it.permitted_users is None, not a list"),
        ("permitted_users", ["Ada"], "it.permitted_users[0] is 'Ada', not a UUID"),
        ("contact_count", "4", "it.contact_count is '4', not a whole number from 0"),
        ("contact_count", True, "it.contact_count is True, not a whole number from 0"),
        ("created_at", "2026-09-15 13:00:00", "not a moment in UTC (RFC 3339)"),
        ("created_at", "2026-09-15T09:00:00-04:00", "not a moment in UTC (RFC 3339)"),
        ("last_activity", "4 contacts added", "not an object"),
        ("performance", {"total_calls": 3}, "it.performance.answer_rate is missing"),
        (
            "performance",
            {"answer_rate": 66.6667, "confirmation_rate": None, "total_calls": 3},
            "not a rate in percent with at most two decimals",
        ),
        ("archived", 0, "it.archived is 0, not true or false"),
    ],
)
def test_a_planted_fault_is_found(name: str, planted: Any, fault: str) -> None:
    found = faults(shapes.GROUP, GROUP | {name: planted})

    assert any(fault in each for each in found), found


@pytest.mark.parametrize("name", shapes.GROUP)
def test_a_missing_name_is_found(name: str) -> None:
    left = {each: value for each, value in GROUP.items() if each != name}

    assert faults(shapes.GROUP, left) == [f"it.{name} is missing"]
