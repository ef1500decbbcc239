"""Launching on contacts that were selected before."""

from typing import Any

import grpc
import pytest

from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.groups.v1 import selection_pb2
from vio.groups.v1 import selection_service_pb2 as pb


async def token(groups: GroupsDesk, **clauses: Any) -> str:
    """Selects contacts, as a person does before an operation."""
    message = pb.CreateSelectionRequest(selection=selection_pb2.Selection(**clauses))
    answer: pb.CreateSelectionResponse = await groups.call("CreateSelection", message)
    return answer.selection_token


async def names(desk: Desk, campaign_id: str) -> list[str]:
    return sorted(each.contact_name for each in (await desk.recipients(campaign_id)).recipients)


async def test_all_that_were_selected_are_called(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    """F-16: what is selected travels as a token."""
    for name in ("Ann Able", "Ann Baker", "Ben Able"):
        await audience.one(name)

    launched = await desk.launch(selection_token=await token(groups, search="able"))

    assert launched.total_members == 2
    assert not launched.HasField("group_name")
    assert await names(desk, launched.campaign_id) == ["Ann Able", "Ben Able"]


async def test_a_group_narrows_what_was_selected(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    ann, _ = await audience.one("Ann Able"), await audience.one("Ben Able")
    group = await groups.create_group("VIP", initial_contact_ids=[str(ann)])

    launched = await desk.launch(group.id, selection_token=await token(groups, search="able"))

    assert (launched.group_name, launched.total_members) == ("VIP", 1)


async def test_a_selection_of_nobody_never_means_the_whole_group(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    ann = await audience.one("Ann Able")
    group = await groups.create_group("VIP", initial_contact_ids=[str(ann)])
    nobody = await token(groups, search="nobody of that name")

    for group_id in (group.id, ""):
        failure = await refused(desk.launch(group_id, selection_token=nobody))
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.FAILED_PRECONDITION,
            "NOBODY_TO_CALL",
        )


async def test_a_selection_that_grew_is_looked_at_again(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    """F-16: what runs is what was seen."""
    await audience.one("Ann Able")
    selected = await token(groups, search="able")
    await audience.one("Ben Able")

    failure = await refused(desk.launch(selection_token=selected))

    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "COUNT_CHANGED")


@pytest.mark.parametrize("given", ["", "019b0000-0000-7000-8000-000000000000"])
async def test_a_selection_that_nobody_made_is_refused(desk: Desk, given: str) -> None:
    failure = await refused(desk.launch(selection_token=given or "no token"))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "SELECTION_EXPIRED",
    )


async def test_somebody_elses_selection_is_refused(
    desk: Desk, stranger: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    """S-01."""
    await audience.one("Ann Able")
    selected = await token(groups, search="able")

    failure = await refused(stranger.launch(selection_token=selected))

    assert failure.reason == "SELECTION_EXPIRED"


async def test_contacts_are_named_in_one_way_only(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    ann = await audience.one("Ann Able")
    selected = await token(groups, search="able")

    failure = await refused(desk.launch(selection_token=selected, contact_ids=[str(ann)]))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "ONE_TARGET")
