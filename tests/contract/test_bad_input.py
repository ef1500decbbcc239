"""Bad input is refused the same over gRPC and REST, by name, and leaves nothing behind."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from services.chassis.caller import Role
from services.chassis.ids import new_id
from tests.contract import transports
from tests.contract.bad_input import BAD, LISTS, Bad
from tests.contract.house import House, browser
from tests.contract.scene import Things
from tests.service.campaigns.audience import Audience
from tests.support.issuer import Issuer, Person

_NOW = {"call_timing": "immediate"}
_SUPPRESSED = ("+12125550101", "+12125550102")


@pytest.fixture(scope="module")
def people(issuer: Issuer) -> dict[str, Person]:
    tenant_id = new_id()
    return {
        "admin": issuer.person(Role.CLIENT_ADMIN, tenant_id, "Ada Admin"),
        "other": issuer.person(Role.CLIENT_ADMIN, tenant_id, "Olga Other"),
        "staff": issuer.person(Role.CLIENT_USER, tenant_id, "Uma User"),
        "stranger": issuer.person(Role.CLIENT_ADMIN, new_id(), "Stan Stranger"),
    }


@pytest.fixture(scope="module")
async def browsers(
    house: House, people: dict[str, Person]
) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    async with (
        browser(house, people["admin"].token) as admin,
        browser(house, people["other"].token) as other,
        browser(house, people["staff"].token) as staff,
        browser(house, people["stranger"].token) as stranger,
    ):
        yield {"admin": admin, "other": other, "staff": staff, "stranger": stranger}


@pytest.fixture(scope="module")
async def targets(
    house: House, people: dict[str, Person], browsers: dict[str, httpx.AsyncClient]
) -> Things:
    """What bad requests name: things of ours, of others, and of nobody."""
    for each in browsers.values():
        (await each.get("/me")).raise_for_status()
    ours = await _made(house, people["admin"], browsers["admin"])
    theirs = await _made(house, people["stranger"], browsers["stranger"])
    admin, other = browsers["admin"], browsers["other"]
    named = {f"{name}_id": made for name, made in ours.items()}
    return {
        **named,
        **await _next_pages(admin, named),
        **{f"foreign_{name}": made for name, made in theirs.items()},
        "unknown": str(new_id()),
        "hidden": await _group(admin, "Board", visibility="admins_only"),
        "empty": await _group(admin, "Empty"),
        "of_another_list": await _token(
            admin, f"/groups/{ours['group']}/members", sort_by="call_attempts"
        ),
        "of_somebody_else": await _token(other, "/groups"),
    }


async def _made(house: House, person: Person, rest: httpx.AsyncClient) -> Things:
    audience = Audience(house.groups.db, person.caller)
    anna, ben = [str(each) for each in await audience.make(2)]
    group = await _group(rest, "VIP", initial_contact_ids=[anna, ben])
    await _group(rest, "Regulars")
    launched = await rest.post(f"/groups/{group}/call-all", json=_NOW)
    (await rest.post("/campaigns", json={"contact_ids": [anna], **_NOW})).raise_for_status()
    for phone in _SUPPRESSED:
        stop = {"phone": phone, "reason": "letter"}
        (await rest.post("/suppressions", json=stop)).raise_for_status()
    await transports.hear(house, person.caller, _SUPPRESSED)
    file = {"content": b"name\nNo Number\n", "headers": {"content-type": "text/csv"}}
    imported = await rest.post("/contacts/import", **file)  # type: ignore[arg-type]
    return {
        "group": group,
        "contact": anna,
        "campaign": str(launched.json()["campaign_id"]),
        "import": str(imported.json()["import_id"]),
    }


async def _group(rest: httpx.AsyncClient, name: str, **fields: Any) -> str:
    made = await rest.post("/groups", json={"name": name, **fields})
    return str(made.raise_for_status().json()["id"])


async def _next_pages(rest: httpx.AsyncClient, named: Things) -> Things:
    """The token with which each list goes on, as it is and tampered with."""
    made = {}
    for message, _, route in LISTS:
        token = await _token(rest, route.removeprefix("GET ").format_map(named))
        made[f"next_{message.__name__}"] = token
        made[f"tampered_{message.__name__}"] = ("B" if token[0] == "A" else "A") + token[1:]
    return made


async def _token(rest: httpx.AsyncClient, path: str, **query: str) -> str:
    page = (await rest.get(path, params={"page_size": 1, **query})).json()
    token: str = page.get("pagination", page)["next_page_token"]
    return token


@pytest.mark.parametrize(("message", "route"), [(each, route) for each, _, route in LISTS])
async def test_a_list_goes_on_with_the_token_before_anybody_tampered_with_it(
    browsers: dict[str, httpx.AsyncClient], targets: Things, message: type[Message], route: str
) -> None:
    """The control."""
    path = route.removeprefix("GET ").format_map(targets)
    token = targets[f"next_{message.__name__}"]

    answer = await browsers["admin"].get(path, params={"page_token": token})

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("bad", BAD, ids=str)
async def test_bad_input_is_refused_over_both_and_changes_nothing(
    bad: Bad,
    house: House,
    people: dict[str, Person],
    browsers: dict[str, httpx.AsyncClient],
    targets: Things,
) -> None:
    before = await transports.rows(house, people["admin"].caller)

    told = _filled(bad.told, targets)
    code, refused = await transports.over_grpc(
        house, transports.message(bad.message, told), people[bad.who].token
    )
    answer = await _rest(browsers[bad.who], bad, targets | told)

    assert (code.name, answer.status_code) == (bad.code, bad.status)
    assert transports.over_rest(answer) == refused
    assert refused.reason == bad.reason
    assert refused.facts.get("field", "") == bad.field
    assert refused.facts.get("limit", "") == bad.limit
    if bad.code == "INVALID_ARGUMENT":
        assert refused.violations == [(bad.field, refused.words, bad.limit)]
    assert await transports.rows(house, people["admin"].caller) == before


async def _rest(rest: httpx.AsyncClient, bad: Bad, things: Any) -> httpx.Response:
    method, _, path = bad.rest.partition(" ")
    body = _filled(bad.body, things)
    how: dict[str, Any] = {"params": body} if method == "GET" else {"json": body}
    return await rest.request(method, path.format_map(things), headers=bad.headers, **how)


def _filled(template: Any, things: Any) -> Any:
    if isinstance(template, str):
        return template.format_map(things)
    if isinstance(template, list):
        return [_filled(each, things) for each in template]
    if isinstance(template, dict):
        return {name: _filled(each, things) for name, each in template.items()}
    return template
