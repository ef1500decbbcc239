"""Every way to be nobody, at every door: RPCs, streams and routes."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import grpc
import pytest

from tests.authz import asking, contracts, credentials, expected, rest
from tests.authz.asking import Walk
from tests.authz.conftest import Town
from tests.authz.contracts import DOORS, METHODS
from tests.authz.expected import Role, Visibility

#: Whoever comes first starts the stack.
FOUR = ("none", "garbage", "public key as secret", "tampered")
FORGED = (*FOUR[1:], "none's algorithm", "expired")
NOBODY = grpc.StatusCode.UNAUTHENTICATED
LEEWAY = 30
STREAMS = [door for door in DOORS if METHODS[door[1]].server_streaming]
ENDLESS = [door for door in STREAMS if door[1].rpartition("/")[2].startswith("Watch")]


async def ring(walk: Walk, town: Town, shown: tuple[str, ...] = ()) -> None:
    """The same at every route."""
    things = asking.valid(town.ours, Visibility.ALL_STAFF)
    for route, method in expected.ROUTES.items():
        for credential in credentials.against(town.house.issuer, town.ours, method):
            if not shown or credential.name in shown:
                asked = rest.request(route, things)
                response = await asked.by(town.rest, credential.headers, **credential.query)
                walk.asked += 1
                walk.refused += response.is_error
                if response.status_code != 401:
                    walk.faults.append(f"{route} {credential.name}: {response.status_code}")


async def test_four_ways_to_be_nobody_open_no_door(town: Town) -> None:
    walk = Walk()

    await asking.as_nobody(walk, town.house, town.ours, FOUR)
    await ring(walk, town, FOUR)

    assert not walk.faults, walk.story
    assert walk.refused == len(FOUR) * (len(DOORS) + len(expected.ROUTES))


async def test_nobody_is_let_in_by_being_brought_along(town: Town) -> None:
    """A machine's own token makes no forged person beside it any better."""
    walk = Walk()

    await asking.as_nobody(walk, town.house, town.ours, FORGED, credentials.brought)

    assert not walk.faults, walk.story
    assert walk.refused == len(FORGED) * len(DOORS)


@pytest.mark.verify
async def test_no_credential_of_nobody_is_let_in_by_being_brought_along(
    town: Town, record_property: Any
) -> None:
    """P24: forged, foreign and worn out persons beside a genuine machine are refused by all."""
    walk, before = Walk(), town.rows(town.ours)

    await asking.as_nobody(walk, town.house, town.ours, forged=credentials.brought)

    walk.told(record_property)
    assert not walk.faults, walk.story
    assert town.rows(town.ours) == before


async def test_a_genuine_person_is_let_in_by_being_brought_along(town: Town) -> None:
    """The control: what the forgeries above imitate."""
    door = ("groups", "/vio.groups.v1.AudienceService/GetContactNames")
    token = town.house.issuer.token(**credentials.claims(town.ours, "super_admin"))
    shown = (*town.person(Role.MACHINE).metadata, ("x-vio-caller", token))
    asked = contracts.request(door[1], asking.valid(town.ours, Visibility.ALL_STAFF))

    answer = await town.house.ask(door, shown, asked)

    assert answer.code is grpc.StatusCode.OK, answer.text


async def test_genuine_tokens_are_what_the_forgeries_imitate(town: Town) -> None:
    """The control: with the right signature the very same claims are let in."""
    for role, method in (("super_admin", "GetMe"), ("service", "GetDialFacts")):
        (door,) = (door for door in DOORS if door[1].endswith(f"/{method}"))
        token = town.house.issuer.token(**credentials.claims(town.ours, role))
        shown = credentials.bearer("genuine", token)
        asked = contracts.request(door[1], asking.valid(town.ours, Visibility.ALL_STAFF))

        answer = await town.house.ask(door, shown.headers, asked)

        assert answer.code is grpc.StatusCode.OK, answer.text


@pytest.mark.verify
async def test_no_credential_of_nobody_opens_a_method(town: Town, record_property: Any) -> None:
    """P24: forged, foreign, worn out and misplaced tokens are refused by every RPC."""
    walk, before = Walk(), town.rows(town.ours)

    await asking.as_nobody(walk, town.house, town.ours)

    walk.told(record_property)
    assert not walk.faults, walk.story
    assert town.rows(town.ours) == before


@pytest.mark.verify
async def test_no_credential_of_nobody_opens_a_route(town: Town, record_property: Any) -> None:
    """P24: forged, foreign, worn out and misplaced tokens are refused by every REST route."""
    walk, before = Walk(), town.rows(town.ours)

    await ring(walk, town)

    walk.told(record_property)
    assert not walk.faults, walk.story
    assert town.rows(town.ours) == before


async def test_a_token_that_ran_out_is_forgotten(town: Town) -> None:
    """The product deactivates nobody: the issuer does, and a token then lives out its time.

    However well it was remembered, it ends at the latest 30 s, the leeway, after its end.
    """
    door = ("groups", "/vio.groups.v1.PeopleService/GetMe")
    ends = int(time.time()) - LEEWAY + 5
    worn = town.house.issuer.token(**credentials.claims(town.ours, "client_admin"), exp=ends)
    shown = credentials.bearer("worn", worn).headers

    while_it_holds = await town.house.ask(door, shown, contracts.request(door[1], {}))
    await asyncio.sleep(ends + LEEWAY + 1 - time.time())
    afterwards = await town.house.ask(door, shown, contracts.request(door[1], {}))

    assert (while_it_holds.code, afterwards.code) == (grpc.StatusCode.OK, NOBODY)


@pytest.mark.parametrize("door", ENDLESS, ids=str)
async def test_a_stream_ends_with_its_token(town: Town, door: tuple[str, str]) -> None:
    """P24: a stream closes within 60 s of its token's end, and says why."""
    ends = int(time.time()) - LEEWAY + 3
    token = town.house.issuer.token(**credentials.claims(town.ours, "service"), exp=ends)
    things = asking.valid(town.ours, Visibility.ALL_STAFF)
    asked = contracts.request(door[1], {**things, "cursor": town.house.cursors[door[0]]})
    stream = town.house.stream(door, credentials.bearer("short", token).headers, asked)

    async with asyncio.timeout(LEEWAY):
        with suppress(grpc.aio.AioRpcError):
            async for _ in stream:
                pass

    assert await stream.code() is NOBODY


async def test_live_progress_ends_with_its_viewers_token(town: Town) -> None:
    """P24: also where a browser looks, whose upstream is the gateway's own."""
    role, ends = town.ours.people[Role.CLIENT_ADMIN].caller.role, int(time.time()) + 2
    token = town.house.issuer.token(**credentials.claims(town.ours, role.value), exp=ends)
    things = town.ours.things[Visibility.ALL_STAFF]
    path = f"/api/campaigns/{things['campaign_id']}/events"
    headers = {"authorization": f"Bearer {token}"}

    async with asyncio.timeout(LEEWAY), town.rest.stream("GET", path, headers=headers) as response:
        events = "".join([line async for line in response.aiter_lines()])

    assert "progress" in events
    assert time.time() >= ends
