"""Every RPC x role x visibility x tenant, against a matrix that was written apart from the code."""

from collections.abc import Mapping
from typing import Any

import grpc
import pytest

from tests.authz import asking, contracts, expected
from tests.authz.asking import Walk
from tests.authz.conftest import Town
from tests.authz.contracts import DOORS, METHODS, Door, Place
from tests.authz.expected import SEES, Role, Visibility
from tests.authz.house import Household, Things

#: Whoever comes first starts the stack.
MEMBERS = [Role.CLIENT_USER, Role.PERMITTED_USER, Role.CLIENT_ADMIN, Role.SUPER_ADMIN]
PLACES = [(door, place) for door in DOORS for place in contracts.places(door[1])]


def test_every_method_has_its_row_in_the_expected_matrix() -> None:
    assert set(METHODS) == expected.EVERY


def test_what_has_no_row_is_expected_to_be_open_to_nobody() -> None:
    new = "/vio.groups.v1.GroupService/Forgotten"

    verdicts = {expected.verdict(new, role, each) for role in Role for each in Visibility}

    assert verdicts == {expected.Verdict.FORBIDDEN}


def test_every_field_that_names_something_is_attacked() -> None:
    unknown = {method: contracts.unknown_names(method) for method in METHODS}

    assert not {method: names for method, names in unknown.items() if names}


@pytest.mark.parametrize("method", sorted(expected.EVERY))
async def test_nobody_is_let_in_without_a_token(town: Town, method: str) -> None:
    things = asking.valid(town.ours, Visibility.ALL_STAFF)
    for door in (door for door in DOORS if door[1] == method):
        answer = await town.house.ask(door, (), contracts.request(method, things))

        assert answer.code is grpc.StatusCode.UNAUTHENTICATED


async def test_every_kind_of_caller_is_answered_as_expected(town: Town) -> None:
    """S-02 to S-06: who may do what with the tenant's own things, everybody's group first."""
    walk = Walk()

    await asking.through_all_doors(
        walk,
        town.house,
        town.ours,
        Visibility.ALL_STAFF,
        [Role.OUTSIDER, Role.MACHINE, Role.CLIENT_USER],
        town.theirs.canaries,
    )

    assert not walk.faults, walk.story


@pytest.mark.verify
async def test_the_whole_matrix(town: Town, record_property: Any) -> None:
    """P23: roles and visibility decide, method by method, and nothing else does."""
    walk = Walk()
    for roles in ([Role.OUTSIDER, *MEMBERS[:-1]], [Role.MACHINE, Role.SUPER_ADMIN]):
        anew = await town.with_another_tenant()
        for visibility in Visibility:
            await asking.through_all_doors(
                walk, town.house, anew.ours, visibility, roles, town.theirs.canaries
            )

    walk.told(record_property)
    assert not walk.faults, walk.story
    assert walk.opened == expected.EVERY


async def test_another_tenants_group_answers_its_administrator_like_an_unknown_one(
    town: Town,
) -> None:
    """P21: in every field of every method that names something."""
    walk, anew = Walk(), await town.with_another_tenant()
    before = town.rows(town.theirs)
    seen_by_all = {Visibility.ALL_STAFF: town.theirs.things[Visibility.ALL_STAFF]}
    for door, place in PLACES:
        await _attack(walk, anew, Role.CLIENT_ADMIN, door, place, seen_by_all)

    assert not walk.faults, walk.story
    assert town.rows(town.theirs) == before


@pytest.mark.verify
async def test_another_tenants_names_answer_like_unknown_ones(
    town: Town, record_property: Any
) -> None:
    """P21: tenant A never sees or changes B, whoever asks and whatever is named."""
    walk, before = Walk(), town.rows(town.theirs)
    dials = _dials(town, town.theirs)
    for role in (*MEMBERS, Role.MACHINE):
        for door, place in PLACES:
            await _attack(walk, town, role, door, place, town.theirs.things)

    walk.told(record_property)
    assert not walk.faults, walk.story
    assert town.rows(town.theirs) == before
    assert _dials(town, town.theirs) == dials


@pytest.mark.verify
async def test_a_hidden_thing_is_never_inferred(town: Town, record_property: Any) -> None:
    """P23: staff never learn that a hidden group exists, in whatever field they name it."""
    walk = Walk()
    for role in (Role.CLIENT_USER, Role.PERMITTED_USER):
        for visibility in (each for each in Visibility if role not in SEES[each]):
            for door, place in PLACES:
                if contracts.NAMING[place[-1]] in ("group_id", "campaign_id"):
                    things = {visibility: town.ours.things[visibility]}
                    await _attack(walk, town, role, door, place, things)

    walk.told(record_property)
    assert not walk.faults, walk.story


async def _attack(
    walk: Walk,
    town: Town,
    role: Role,
    door: Door,
    place: Place,
    secrets: Mapping[Visibility, Things],
) -> None:
    """Names every secret at a place of an otherwise valid request about the caller's own things."""
    own = asking.valid(town.ours, Visibility.ALL_STAFF)
    who, kind = town.person(role), contracts.NAMING[place[-1]]
    for things in secrets.values():
        if kind in things:
            await asking.indistinct(walk, town.house, door, who, own, place, things[kind])
    await asking.mangled(walk, town.house, door, who, own, place)


def _dials(town: Town, household: Household) -> list[Any]:
    tenant = str(household.id)
    return [dial for dial in town.ledger() if tenant in repr(dial)]
