"""Refusals have one shape, whoever refuses."""

from typing import Any

import httpx
import pytest

from services.chassis.ids import new_id
from tests.contract import shapes
from tests.contract.kinds import COUNT, faults
from tests.service.campaigns.audience import Audience

FIXED = ("/groups/analytics", "/contacts/by-groups", "/contacts/ungrouped")


def problem(answer: httpx.Response) -> Any:
    """What is wrong, once it has the shape of a problem (RFC 9457)."""
    found = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert faults(shapes.PROBLEM, found) == []
    assert found["status"] == answer.status_code
    assert found["type"].endswith(found["reason"])
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


async def launch(rest: httpx.AsyncClient, contact_id: str) -> httpx.Response:
    order = {"call_timing": "immediate", "contact_ids": [contact_id]}
    return await rest.post("/campaigns", json=order)


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/nowhere", 404, "ROUTE_NOT_FOUND"),
        ("PUT", "/groups", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/policy", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_the_frameworks_own_refusals_have_it_too(
    rest: httpx.AsyncClient, method: str, path: str, status: int, reason: str
) -> None:
    found = problem(await rest.request(method, path))

    assert (found["status"], found["reason"]) == (status, reason)


async def test_a_wrong_method_is_told_which_ones_there_are(rest: httpx.AsyncClient) -> None:
    answer = await rest.put("/groups")

    assert set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize("body", [b"{", b"name=VIP", b'{"name": "VIP"', b"\xff"])
async def test_a_body_that_is_no_json_is_400(rest: httpx.AsyncClient, body: bytes) -> None:
    found = problem(await rest.post("/groups", content=body))

    assert (found["status"], found["reason"]) == (400, "NOT_JSON")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ("VIP", "body"),
        ({"name": 7}, "name"),
        ({"name": "VIP", "colour": "#3B82F6"}, "colour"),
        ({"name": "VIP", "visibility": "everybody"}, "visibility"),
        ({"name": "VIP", "initial_contact_ids": "all"}, "initial_contact_ids"),
        ({"name": "VIP", "permitted_users": {"a": 1}}, "permitted_users"),
    ],
)
async def test_a_body_of_another_shape_is_422_and_names_the_field(
    rest: httpx.AsyncClient, body: Any, field: str
) -> None:
    found = problem(await rest.post("/groups", json=body))

    assert (found["status"], found["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page_size": "many"}, "page_size"),
        ({"sort_by": "luck"}, "sort_by"),
        ({"include_archived": "perhaps"}, "include_archived"),
        ({"nonsense": "1"}, "nonsense"),
        ([("page", "1"), ("page", "2")], "page"),
    ],
)
async def test_a_query_of_another_shape_is_422_and_names_the_field(
    rest: httpx.AsyncClient, query: Any, field: str
) -> None:
    found = problem(await rest.get("/groups", params=query))

    assert (found["status"], found["errors"][0]["field"]) == (422, field)


async def test_a_value_out_of_its_rule_names_field_rule_and_limit(
    rest: httpx.AsyncClient,
) -> None:
    found = problem(await rest.post("/groups", json={"name": "x" * 51}))

    assert found["status"] == 422
    assert found["errors"] == [{"field": "name", "rule": found["detail"], "limit": "50"}]


async def test_a_taken_name_is_409_in_words_for_a_receptionist(rest: httpx.AsyncClient) -> None:
    await rest.post("/groups", json={"name": "VIP"})

    found = problem(await rest.post("/groups", json={"name": "vip"}))

    assert (found["status"], found["reason"]) == (409, "GROUP_NAME_TAKEN")
    assert found["detail"] == "Group 'vip' already exists. Please choose a different name."


async def test_a_changed_thing_is_412_with_both_versions(rest: httpx.AsyncClient) -> None:
    group = (await rest.post("/groups", json={"name": "VIP"})).json()
    path, stale = f"/groups/{group['id']}", {"if-match": f'"{group["etag"]}"'}
    await rest.patch(path, json={"name": "VIPs"}, headers=stale)

    found = problem(await rest.patch(path, json={"name": "Lost"}, headers=stale))

    assert (found["status"], found["reason"]) == (412, "ETAG_MISMATCH")
    assert (found["facts"]["sent"], found["facts"]["found"]) == ("1", "2")
    assert (await rest.get(path)).json()["name"] == "VIPs"


async def test_the_sixth_live_campaign_is_429_and_says_when_to_come_back(
    rest: httpx.AsyncClient, audience: Audience
) -> None:
    people = [str(each) for each in await audience.make(6)]
    live = [(await launch(rest, each)).json()["campaign_id"] for each in people[:5]]

    answer = await launch(rest, people[5])

    found = problem(answer)
    assert (found["status"], found["reason"]) == (429, "SLOTS_TAKEN")
    assert COUNT.holds(int(answer.headers["retry-after"]))
    assert sorted(found["facts"]["holders"].split(",")) == sorted(live)


async def test_nobody_is_let_in_without_a_token_and_is_told_how(
    rest: httpx.AsyncClient,
) -> None:
    answer = await rest.get("/groups", headers={"authorization": ""})

    assert (problem(answer)["status"], answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_what_staff_may_not_do_is_403(staff_rest: httpx.AsyncClient) -> None:
    found = problem(await staff_rest.post("/groups", json={"name": "Mine"}))

    assert (found["status"], found["reason"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("path", FIXED)
async def test_fixed_paths_come_before_variable_ones(rest: httpx.AsyncClient, path: str) -> None:
    assert (await rest.get(path)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/groups/everyone", "/contacts/someone", "/campaigns/1", "/groups/campaigns/1/status"]
)
async def test_an_id_is_a_uuid(rest: httpx.AsyncClient, path: str) -> None:
    found = problem(await rest.get(path))

    assert (found["status"], found["reason"]) == (422, "INVALID_ID")


async def test_a_request_id_of_the_client_comes_back(rest: httpx.AsyncClient) -> None:
    answer = await rest.get(f"/groups/{new_id()}", headers={"x-request-id": "mine-1"})

    assert (problem(answer)["status"], answer.headers["x-request-id"]) == (404, "mine-1")
