"""Campaigns and their people as callers read them, and what stays hidden."""

from typing import Any

import grpc
import pytest

from services.chassis.ids import new_id
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, state
from tests.service.campaigns.ear import Ear
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.campaigns.v1 import campaign_pb2
from vio.campaigns.v1 import campaign_service_pb2 as pb
from vio.groups.v1 import group_pb2
from vio.groups.v1 import group_service_pb2 as groups_pb

HIDDEN: dict[str, Any] = {"visibility": group_pb2.VISIBILITY_ADMINS_ONLY}


@pytest.fixture
async def group(groups: GroupsDesk, audience: Audience) -> str:
    """A group of six people who may be called."""
    ids = [str(each) for each in await audience.make(6)]
    return (await groups.create_group("VIP", initial_contact_ids=ids, color="#10B981")).id


@pytest.fixture
async def launched(desk: Desk, group: str) -> str:
    return (await desk.launch(group)).campaign_id


def counts(campaign: pb.Campaign) -> dict[str, int]:
    """The boxes that somebody is in."""
    return {field.name: people for field, people in campaign.counts.ListFields()}


async def test_counts_follow_the_calls_and_always_sum_to_everybody(
    desk: Desk, launched: str, line: Line
) -> None:
    """C-20."""
    first, second, third, fourth, fifth = await line.dial(launched, 5)
    calling = await desk.campaign(launched)
    await line.ended(first)
    await line.ended(second, "dial_busy")
    await line.analyzed(third, "confirmed")
    await line.analyzed(fourth, "none")
    await line.ended(fifth, "voicemail_reached", duration_ms=3000)

    campaign = await desk.campaign(launched)

    assert counts(calling) == {"pending": 1, "in_call": 5}
    assert counts(campaign) == {
        "pending": 1,
        "in_call": 1,
        "no_answer": 1,
        "busy": 1,
        "confirmed": 1,
        "answered": 1,
    }
    assert (campaign.successful_calls, campaign.failed_calls) == (2, 2)
    assert (campaign.status, state(campaign)) == ("executing", "running")


async def test_the_window_shows_the_places_that_calls_hold(
    desk: Desk, launched: str, line: Line
) -> None:
    await line.dial(launched, 5)

    campaign = await desk.campaign(launched)

    assert (campaign.window.used, campaign.window.limit) == (5, 25)
    assert not campaign.window.HasField("frees_at")


async def test_the_groups_name_and_colour_stay_as_they_were_at_launch(
    desk: Desk, groups: GroupsDesk, group: str, launched: str
) -> None:
    rename = groups_pb.UpdateGroupRequest(group_id=group, name="Renamed", color="#EF4444")
    rename.update_mask.paths.extend(["name", "color"])
    await groups.call("UpdateGroup", rename)

    campaign = await desk.campaign(launched)

    assert (campaign.group_name, campaign.group_color) == ("VIP", "#10B981")


async def test_people_are_listed_in_calling_order_with_names_and_outcomes(
    desk: Desk, launched: str, line: Line
) -> None:
    missed, confirmed = await line.dial(launched, 2)
    await line.ended(missed)
    await line.analyzed(confirmed, "confirmed")

    page = await desk.recipients(launched)

    assert [each.contact_name for each in page.recipients] == [
        f"Planted {number:04}" for number in range(6)
    ]
    first, second, third = page.recipients[:3]
    assert (first.outcome, first.success, first.error) == (
        campaign_pb2.OUTCOME_NO_ANSWER,
        False,
        "dial_no_answer",
    )
    assert (first.session_id, first.retell_call_id, first.attempts) == (
        str(missed.attempt_id),
        missed.id,
        1,
    )
    assert (second.outcome, second.success) == (campaign_pb2.OUTCOME_ANSWERED, True)
    assert second.appointment_action == campaign_pb2.APPOINTMENT_ACTION_CONFIRMED
    assert (second.duration_seconds, second.HasField("error")) == (42, False)
    assert (third.state, third.attempts) == (pb.RECIPIENT_STATE_PENDING, 0)


async def test_people_are_listed_by_state_and_by_outcome(
    desk: Desk, launched: str, line: Line
) -> None:
    missed, busy = await line.dial(launched, 2)
    await line.ended(missed)
    await line.ended(busy, "dial_busy")

    pending = await desk.recipients(launched, state=pb.RECIPIENT_STATE_PENDING)
    engaged = await desk.recipients(launched, outcome=campaign_pb2.OUTCOME_BUSY)

    assert pending.pagination.total == len(pending.recipients) == 4
    assert [each.contact_id for each in engaged.recipients] == [str(busy.contact_id)]


async def test_pages_of_people_meet_without_gap_or_overlap(desk: Desk, launched: str) -> None:
    first = await desk.recipients(launched, page_size=4)
    token = first.pagination.next_page_token
    second = await desk.recipients(launched, page_size=4, page_token=token)
    numbered = await desk.recipients(launched, page_size=4, page=2)

    assert (first.pagination.total, first.pagination.total_pages) == (6, 2)
    everybody = [each.contact_id for each in (*first.recipients, *second.recipients)]
    assert len(set(everybody)) == len(everybody) == 6
    assert [each.contact_id for each in numbered.recipients] == everybody[4:]
    assert not second.pagination.next_page_token


async def test_campaigns_are_listed_newest_first_and_by_state_and_group(
    desk: Desk, groups: GroupsDesk, group: str, audience: Audience
) -> None:
    other = (
        await groups.create_group(
            "Other", initial_contact_ids=[str(each) for each in await audience.make(1)]
        )
    ).id
    made = [(await desk.launch(each)).campaign_id for each in (group, other, group)]
    await desk.pause(made[0])

    every = await desk.campaigns()
    paused = await desk.campaigns(state=campaign_pb2.CAMPAIGN_STATE_PAUSED)
    of_other = await desk.campaigns(group_id=other)

    assert [each.campaign_id for each in every.campaigns] == made[::-1]
    assert every.pagination.total == 3
    assert [each.campaign_id for each in paused.campaigns] == [made[0]]
    assert [each.campaign_id for each in of_other.campaigns] == [made[1]]
    assert every.campaigns[0] == await desk.campaign(made[2])


async def test_pages_of_campaigns_meet_without_gap_or_overlap(desk: Desk, group: str) -> None:
    made = [(await desk.launch(group)).campaign_id for _ in range(5)]

    first = await desk.campaigns(page_size=2)
    token = first.pagination.next_page_token
    second = await desk.campaigns(page_size=2, page_token=token)
    third = await desk.campaigns(page_size=2, page_token=second.pagination.next_page_token)

    pages = (first, second, third)
    assert [each.campaign_id for page in pages for each in page.campaigns] == made[::-1]
    assert not third.pagination.next_page_token


@pytest.mark.parametrize(
    ("asked", "reason", "field"),
    [
        ({"page_size": -1}, "INVALID_PAGE_SIZE", "page_size"),
        ({"page": -1}, "INVALID_PAGE", "page"),
        ({"page": 5000}, "PAGE_TOO_DEEP", "page"),
        ({"page_token": "tampered"}, "INVALID_PAGE_TOKEN", "page_token"),
        ({"state": 99}, "INVALID_CHOICE", "state"),
    ],
)
async def test_listings_out_of_rule_name_the_field(
    desk: Desk, launched: str, asked: dict[str, Any], reason: str, field: str
) -> None:
    for call in (desk.campaigns(**asked), desk.recipients(launched, **asked)):
        failure = await refused(call)

        assert failure.code == grpc.StatusCode.INVALID_ARGUMENT
        assert (failure.reason, failure.facts["field"]) == (reason, field)


async def test_a_page_token_serves_only_the_one_who_got_it(
    desk: Desk, staff: Desk, launched: str, group: str, ear: Ear
) -> None:
    await ear.heard(group)
    token = (await desk.recipients(launched, page_size=2)).pagination.next_page_token

    failure = await refused(staff.recipients(launched, page_size=2, page_token=token))

    assert failure.reason == "INVALID_PAGE_TOKEN"


async def test_a_page_never_has_more_than_a_hundred_rows(desk: Desk, launched: str) -> None:
    page = await desk.recipients(launched, page_size=5000)

    assert page.pagination.page_size == 100


async def test_staff_see_campaigns_of_visible_groups_and_may_do_nothing(
    staff: Desk, group: str, launched: str, ear: Ear
) -> None:
    await ear.heard(group)

    campaign = await staff.campaign(launched)
    listed = await staff.campaigns()

    assert list(campaign.allowed_actions) == []
    assert [each.campaign_id for each in listed.campaigns] == [launched]
    assert len((await staff.recipients(launched)).recipients) == 6


async def test_campaigns_of_hidden_groups_do_not_exist_for_staff(
    staff: Desk, desk: Desk, stranger: Desk, groups: GroupsDesk, group: str, launched: str, ear: Ear
) -> None:
    """The same body for hidden, foreign and unknown; no list, no total tells of them."""
    hide = groups_pb.UpdateGroupRequest(group_id=group, **HIDDEN)
    hide.update_mask.paths.append("visibility")
    await groups.call("UpdateGroup", hide)
    await ear.heard(group, "admins_only")

    failures = [
        await refused(staff.campaign(launched)),
        await refused(staff.recipients(launched)),
        await refused(stranger.campaign(launched)),
        await refused(desk.campaign(new_id())),
    ]
    listed = await staff.campaigns()
    asked = await staff.campaigns(group_id=group)

    assert all(each == failures[0] for each in failures)
    assert failures[0].code == grpc.StatusCode.NOT_FOUND
    assert (listed.pagination.total, asked.pagination.total) == (0, 0)
    assert state(await desk.campaign(launched)) == "preparing"


async def test_whoever_is_granted_a_group_sees_its_campaigns(
    staff: Desk, desk: Desk, groups: GroupsDesk, audience: Audience, ear: Ear
) -> None:
    await GroupsDesk(groups.channel, staff.person).groups()
    ids = [str(each) for each in await audience.make(1)]
    person = staff.person.caller.person_id
    mine: Any = {"visibility": group_pb2.VISIBILITY_CUSTOM, "permitted_users": [str(person)]}
    group = (await groups.create_group("Mine", initial_contact_ids=ids, **mine)).id
    campaign_id = (await desk.launch(group)).campaign_id
    await ear.heard(group, "custom", permitted_users=[person])

    assert (await staff.campaign(campaign_id)).campaign_id == campaign_id


async def test_campaigns_without_a_group_are_for_administrators(
    staff: Desk, desk: Desk, audience: Audience
) -> None:
    ids = [str(each) for each in await audience.make(1)]
    campaign_id = (await desk.launch(contact_ids=ids)).campaign_id

    failure = await refused(staff.campaign(campaign_id))

    assert failure.code == grpc.StatusCode.NOT_FOUND
    assert (await staff.campaigns()).pagination.total == 0
