"""Every route of the gateway x role x tenant, and methods that no route has."""

from collections.abc import Iterable
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.authz import asking, expected, rest
from tests.authz.conftest import Town
from tests.authz.expected import ROUTES, Role, Verdict, Visibility
from tests.authz.house import leaks
from tests.support.issuer import Issuer

#: Whoever comes first starts the stack.
_LIVE = "GET /campaigns/{campaign_id}/events"
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
_STATUS = {Verdict.FORBIDDEN: {403}, Verdict.ABSENT: {404}}
#: Ruling 2: right requests in the wrong state.
_WRONG_STATE = {"GROUP_EMPTY", "NOT_A_MEMBER", "NOBODY_TO_CALL"}
_LAST = ("suppressions", "bulk-remove", "cancel", "DELETE")


async def test_every_route_has_its_row_in_the_expected_matrix(town: Town, issuer: Issuer) -> None:
    application = rest.application(town.house.channels, issuer)
    document = (await town.rest.get("/openapi.json")).json()

    assert rest.served(application) == {
        *ROUTES,
        *expected.OPEN_PAGES,
        *expected.OPEN_FILES,
        expected.SIGNED,
    }
    assert rest.documented(document) == ROUTES.keys() - {_LIVE}


@pytest.mark.parametrize("page", sorted(expected.OPEN_PAGES))
async def test_what_is_open_to_all_tells_nothing_of_a_tenant(town: Town, page: str) -> None:
    answer = await town.rest.get(page.removeprefix("GET "))

    assert answer.status_code == 200
    assert not leaks(answer.text, town.theirs.canaries | town.ours.canaries)


async def test_a_webhook_needs_the_providers_signature(town: Town) -> None:
    answer = await town.rest.post("/api/webhooks/retell", json={"event": "call_ended"})

    assert answer.status_code == 401


@pytest.mark.parametrize("path", sorted({route.split(" ")[1] for route in ROUTES}))
async def test_other_verbs_are_refused_with_those_there_are(town: Town, path: str) -> None:
    """Ruling 2: 405, and `Allow` says what would have been right."""
    offered = {route.split(" ")[0] for route in ROUTES if route.split(" ")[1] == path}
    asked = "/api" + path.replace("{", "").replace("}", "")
    headers = dict(town.person(Role.CLIENT_ADMIN).metadata)

    for verb in set(_VERBS) - offered:
        answer = await town.rest.request(verb, asked, headers=headers)

        assert answer.status_code == 405, verb
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == offered
        assert answer.json()["reason"] == "METHOD_NOT_ALLOWED"


@pytest.mark.verify
async def test_every_route_answers_every_role_as_its_method_does(
    town: Town, record_property: Any
) -> None:
    """P23: REST lets in whom the RPCs let in, and nobody else, whoever may see the thing."""
    asked, faults = 0, []
    for role, shown in sorted(product(Role, Visibility), key=lambda way: way[0] in expected.ADMINS):
        if role in expected.ADMINS:
            town = await town.with_another_tenant()
        for route in sorted(ROUTES, key=_rank):
            answer = await _ask(town, route, role, shown)
            asked += 1
            faults += _faults(route, role, shown, answer)

    record_property("requests", asked)
    assert not faults, "\n".join(faults)


async def test_another_tenants_address_answers_an_administrator_like_an_unknown_one(
    town: Town,
) -> None:
    """P21: at every route that names something."""
    before, seen_by_all = town.rows(town.theirs), [Visibility.ALL_STAFF]

    assert await _compared(town, Role.CLIENT_ADMIN, seen_by_all) > 0
    assert town.rows(town.theirs) == before


@pytest.mark.verify
@pytest.mark.parametrize("role", [Role.CLIENT_USER, Role.CLIENT_ADMIN, Role.SUPER_ADMIN])
async def test_another_tenants_addresses_answer_like_unknown_ones(
    town: Town, role: Role, record_property: Any
) -> None:
    """P21: the address of a thing of tenant B and one that never was get the same body."""
    before = town.rows(town.theirs)

    record_property("requests", await _compared(town, role, Visibility))
    assert town.rows(town.theirs) == before


async def _compared(town: Town, role: Role, shown: Iterable[Visibility]) -> int:
    """Asks every route about their things and about nobody's; how often was asked."""
    own = asking.valid(town.ours, Visibility.ALL_STAFF)
    headers, asked = town.person(role).metadata, 0
    for route in ROUTES:
        for name, visibility in product(_names(route), shown):
            things = {**own, name: town.theirs.things[visibility][name]}
            theirs = await _seen(town, route, things, headers, name)
            nobodys = await _seen(town, route, {**own, name: str(uuid4())}, headers, name)
            asked += 2

            assert theirs == nobodys, route
    return asked


async def _ask(town: Town, route: str, role: Role, shown: Visibility) -> httpx.Response:
    things = asking.valid(town.ours, shown)
    if route == "PATCH /groups/{group_id}":
        things["name"] = things["confirm_name"]
    return await rest.request(route, things).by(town.rest, town.person(role).metadata)


def _faults(route: str, role: Role, shown: Visibility, answer: httpx.Response) -> list[str]:
    verdict = expected.verdict(ROUTES[route], role, shown)
    is_right = answer.status_code in _STATUS.get(verdict, {answer.status_code})
    if verdict is Verdict.LET_IN:
        wrong_state = answer.status_code in (409, 429) or (
            answer.status_code == 422 and answer.json()["reason"] in _WRONG_STATE
        )
        is_right = answer.is_success or wrong_state
    return [] if is_right else [f"{route} {role} {verdict}: {answer.status_code} {answer.text}"]


async def _seen(town: Town, route: str, things: Any, headers: Any, name: str) -> tuple[int, str]:
    """Status and body without the request's id and the name that was asked for."""
    answer = await rest.request(route, things).by(town.rest, headers)
    assert not answer.is_success or not _is_about(route, name), (route, answer.text)
    body = answer.text.replace(things[name], "<asked>")
    return answer.status_code, body.replace(answer.headers["x-request-id"], "<id>")


def _is_about(route: str, name: str) -> bool:
    """An entered person may have any id, and an unknown group has no activity."""
    return name != "person_id" and not route.endswith("/activity")


def _names(route: str) -> list[str]:
    """The variables of a path."""
    return [part[1:-1] for part in route.split("/") if part.startswith("{")]


def _rank(route: str) -> tuple[int, int, str]:
    """What takes things away comes late, the group itself last."""
    late = max((index for index, word in enumerate(_LAST) if word in route), default=-1)
    return (int(route == "DELETE /groups/{group_id}"), late, route)
