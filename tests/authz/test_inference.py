"""What staff can't see changes nothing that they can see (S-08 to S-11, S5)."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import uuid4

import grpc
import pytest

from tests.authz import asking, contracts
from tests.authz.asking import Walk
from tests.authz.conftest import Town
from tests.authz.expected import STAFF_TOO, Role, Visibility
from tests.authz.founding import until
from tests.authz.house import Things, leaks
from vio.groups.v1 import group_pb2, selection_pb2

#: Whoever comes first starts the stack.
_GROUPS, _CAMPAIGNS = "/vio.groups.v1", "/vio.campaigns.v1"
#: Filters, sorts and searches that could show what they should not.
_QUESTIONS: dict[str, list[Things]] = {
    "GroupService/ListGroups": [
        *({"sort_by": sort, "sort_direction": way} for sort in range(6) for way in (1, 2)),
        *({"visibility": each} for each in (1, 2, 3)),
        {"search": "underc"},
        {"include_archived": True},
        {"color": "#3B82F6"},
        {"page_size": 1},
    ],
    "ContactService/ListContacts": [
        {"include_ungrouped": True},
        {"search": "underc"},
        {"filter_logic": 3},
        {"page_size": 1},
    ],
    "MemberService/ListMembers": [*({"sort_by": each} for each in range(7)), {"search": "canary"}],
    "SelectionService/CreateSelection": [
        {"selection": selection_pb2.Selection(ungrouped=True)},
        {"selection": selection_pb2.Selection(search="canary")},
    ],
    "CampaignService/ListCampaigns": [*({"state": each} for each in (5, 6, 10)), {"page_size": 1}],
    "AnalyticsService/GetGroupsAnalytics": [{"days": 7}, {"days": 90}],
}


async def test_what_happens_to_a_hidden_group_changes_nothing_that_staff_see(town: Town) -> None:
    """S-10: lists, filters, counts, stats, sorts, search, analytics, campaigns."""
    anew = await town.with_another_tenant()
    before = await _everything(anew)

    secrets = await _secret_life(anew)
    after = await _everything(anew)

    assert after == before
    assert not leaks(str(after), secrets)


async def test_the_same_happening_in_sight_is_seen(town: Town) -> None:
    """The control: the questions do notice a group that is not hidden."""
    anew = await town.with_another_tenant()
    before = await _everything(anew)

    await _secret_life(anew, group_pb2.VISIBILITY_ALL_STAFF)
    after = await _everything(anew)

    changed = {question for question, answer in after.items() if answer != before[question]}
    assert {question.partition(" ")[0] for question in changed} >= {
        "/vio.groups.v1.GroupService/ListGroups",
        "/vio.groups.v1.ContactService/ListContacts",
        "/vio.groups.v1.MemberService/ListMembers",
    }


async def test_a_selection_is_its_makers_alone(town: Town) -> None:
    """Ruling 3: somebody else's token is as expired, even to a colleague of the same role."""
    kept = town.ours.things[Visibility.ALL_STAFF]["selection_token"]
    who, walk = town.person(Role.SUPER_ADMIN), Walk()
    for door in (door for door in contracts.DOORS if ("selection_token",) in _places(door)):
        things = asking.valid(town.ours, Visibility.ALL_STAFF)
        await asking.indistinct(walk, town.house, door, who, things, ("selection_token",), kept)

    assert walk.asked
    assert not walk.opened
    assert not walk.faults, walk.story


async def test_a_page_token_is_its_readers_alone(town: Town) -> None:
    door = ("groups", f"{_GROUPS}.GroupService/ListGroups")
    first = contracts.request(door[1], {"page_size": 1})
    page: Any = await town.house.ask(door, town.person(Role.CLIENT_ADMIN).metadata, first)
    following = {"page_size": 1, "page_token": page.reply.pagination.next_page_token}
    asked = contracts.request(door[1], following)

    answers = {
        role: (await town.house.ask(door, town.person(role).metadata, asked)).code
        for role in (Role.CLIENT_ADMIN, Role.SUPER_ADMIN, Role.CLIENT_USER, Role.OUTSIDER)
    }

    assert answers.pop(Role.CLIENT_ADMIN) is grpc.StatusCode.OK
    assert set(answers.values()) == {grpc.StatusCode.INVALID_ARGUMENT}


@pytest.mark.parametrize("visibility", [Visibility.ADMINS_ONLY, Visibility.CUSTOM])
async def test_a_service_sees_no_more_than_the_person_it_acts_for(
    town: Town, visibility: Visibility
) -> None:
    """S-11, ASVS 8.3.3: audience and watch decide on the person whom the service brings."""
    person = town.person(Role.CLIENT_USER)
    machine = town.person(Role.MACHINE).metadata
    brought = (*machine, ("x-vio-caller", person.token))
    hidden, asked = town.ours.things[visibility], asking.valid(town.ours, Visibility.ALL_STAFF)
    for door, name in (
        (("groups", f"{_GROUPS}.AudienceService/FreezeAudience"), "group_id"),
        (("campaigns", f"{_CAMPAIGNS}.CampaignService/WatchCampaign"), "campaign_id"),
    ):
        secret, nothing = hidden[name], str(uuid4())
        about_secret, about_nothing = [
            await town.house.ask(door, brought, contracts.request(door[1], {**asked, name: each}))
            for each in (secret, nothing)
        ]
        alone = contracts.request(door[1], {**asked, name: secret})

        assert about_secret.code is grpc.StatusCode.NOT_FOUND
        assert about_secret.without(secret) == about_nothing.without(nothing)
        assert (
            await town.house.ask(door, town.person(Role.MACHINE).metadata, alone)
        ).reply is not None


async def test_the_live_progress_of_a_hidden_campaign_is_nowhere(town: Town) -> None:
    """S-10: a stream of events is refused like that of a campaign that never was."""
    headers = dict(town.person(Role.CLIENT_USER).metadata)
    seen = {}
    for each in Visibility:
        campaign = town.ours.things[each]["campaign_id"]
        async with town.rest.stream(
            "GET", f"/api/campaigns/{campaign}/events", headers=headers
        ) as answer:
            seen[each] = answer.status_code

    assert seen == {
        Visibility.ALL_STAFF: 200,
        Visibility.ADMINS_ONLY: 404,
        Visibility.CUSTOM: 404,
    }


async def _everything(town: Town) -> dict[str, str]:
    """Every answer that staff can get to every question, and all of their pages."""
    return {name: text async for name, text in _answers(town)}


async def _answers(town: Town) -> AsyncIterator[tuple[str, str]]:
    things = town.ours.things[Visibility.ALL_STAFF]
    for door in (door for door in contracts.DOORS if door[1] in STAFF_TOO):
        for question in [{}, *_QUESTIONS.get(door[1].partition("v1.")[2], [])]:
            asked = contracts.request(door[1], {**things, **question})
            metadata = town.person(Role.CLIENT_USER).metadata
            answer = await town.house.ask(door, metadata, asked)
            assert answer.code is grpc.StatusCode.OK, answer.text
            yield f"{door[1]} {question}", _without_page_token(answer.text)


def _without_page_token(text: str) -> str:
    """A page token is sealed with a number used once; the total that it hides stands beside it."""
    head, mark, tail = text.partition("'next_page_token': '")
    return head + mark + tail.partition("'")[2] if tail and tail[0] != "'" else text


async def _secret_life(town: Town, visibility: int = group_pb2.VISIBILITY_ADMINS_ONLY) -> set[str]:
    """A group is made, filled, renamed, called; the words that would give it away."""
    admin, made = town.person(Role.CLIENT_ADMIN), town.house.made
    contact = town.ours.things[Visibility.ALL_STAFF]["contact_id"]
    group = await made(
        f"{_GROUPS}.GroupService/CreateGroup",
        admin,
        name="Undercover",
        visibility=visibility,
        initial_contact_ids=[contact],
    )
    campaign = await made(
        f"{_CAMPAIGNS}.CampaignService/LaunchCampaign",
        admin,
        group_id=group.id,
        call_timing=1,
    )
    await made(
        f"{_CAMPAIGNS}.CampaignService/PauseCampaign", admin, campaign_id=campaign.campaign_id
    )
    await until(partial(_counted, town, group.id))
    return {group.id, campaign.campaign_id, "Undercover"}


async def _counted(town: Town, group_id: str) -> bool:
    """Analytics has heard of the group."""
    door = ("analytics", "/vio.analytics.v1.AnalyticsService/GetGroupAnalytics")
    asked = contracts.request(door[1], {"group_id": group_id})
    admin = town.person(Role.CLIENT_ADMIN).metadata
    return (await town.house.ask(door, admin, asked)).reply is not None


def _places(door: tuple[str, str]) -> list[tuple[str, ...]]:
    return contracts.places(door[1])
