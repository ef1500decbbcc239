"""Launching: what it answers, what it freezes, and everything that it refuses."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from sqlalchemy import select

from services.campaigns.store import tables
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, Engine, order, state
from tests.service.campaigns.launches import NOTHING, a_group, rows
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.campaigns.v1 import campaign_service_pb2 as pb
from vio.campaigns.v1 import suppression_service_pb2 as suppressions_pb
from vio.groups.v1 import group_pb2


async def test_a_launch_answers_before_anybody_is_called(
    desk: Desk, groups: GroupsDesk, audience: Audience, engine: Engine, db: Database
) -> None:
    """C-01."""
    group = await a_group(groups, await audience.make(7))

    launched = await desk.launch(group)

    assert (launched.group_name, launched.total_members) == ("VIP", 7)
    assert launched.call_type == pb.CALL_TIMING_IMMEDIATE
    assert launched.status_endpoint == f"/api/groups/campaigns/{launched.campaign_id}/status"
    assert launched.estimated_completion.ToDatetime() > (await moment(db, desk))
    assert engine.told == [("start", UUID(launched.campaign_id))]


async def moment(db: Database, desk: Desk) -> Any:
    async with db.transaction(desk.person.caller) as tx:
        return tx.now.replace(tzinfo=None)


async def test_a_launched_campaign_is_there_with_everybody_in_line(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    group = await a_group(groups, await audience.make(3))

    launched = await desk.launch(group, campaign_name="  Autumn   reminders ")

    campaign = await desk.campaign(launched.campaign_id)
    assert (state(campaign), campaign.status, campaign.is_final) == (
        "preparing",
        "preparing",
        False,
    )
    assert (campaign.campaign_name, campaign.group_id) == ("Autumn reminders", group)
    assert (campaign.total_contacts, campaign.counts.pending) == (3, 3)
    assert (campaign.window.used, campaign.window.limit) == (0, 25)
    assert list(campaign.allowed_actions) == ["pause", "cancel"]
    assert campaign.initiated_by == str(desk.person.caller.person_id)
    assert await rows(db, desk) == {"campaigns": 1, "recipients": 3, "audit": 1, "outbox": 1}


async def test_who_may_not_be_called_is_part_of_the_campaign_with_the_reason(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    """Counts sum to everybody; the same reasons stand in the preview."""
    ann = await audience.one("Ann", phone="+12125550901")
    no_consent = await audience.one("Ben", consent=False)
    no_phone = await audience.one("Cid", phone=None)
    shared = await audience.one("Dan", phone="+12125550901")
    group = await a_group(groups, [ann, no_consent, no_phone, shared])

    preview = await desk.preview(group)
    launched = await desk.launch(group, expected_count=preview.expected_count)

    told = {each.reason: (each.count, list(each.examples)) for each in preview.excluded_by_reason}
    assert told == {
        "no_consent": (1, [str(no_consent)]),
        "no_phone": (1, [str(no_phone)]),
        "duplicate_phone": (1, [str(shared)]),
    }
    campaign = await desk.campaign(launched.campaign_id)
    assert (campaign.total_contacts, campaign.counts.pending, campaign.counts.skipped) == (4, 1, 3)
    listed = (await desk.recipients(launched.campaign_id)).recipients
    assert {(each.contact_id, each.reason) for each in listed} == {
        (str(ann), ""),
        (str(no_consent), "no_consent"),
        (str(no_phone), "no_phone"),
        (str(shared), "duplicate_phone"),
    }


async def test_every_exclusion_has_its_decision(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    """Design 6: every non-dial stores why."""
    ann, ben = await audience.one("Ann"), await audience.one("Ben", consent=False)
    group = await a_group(groups, [ann, ben])

    launched = await desk.launch(group)

    kept = tables.decisions.c
    async with db.transaction(desk.person.caller) as tx:
        found = await tx.fetch_all(
            dict,
            select(kept.contact_id, kept.verdict, kept.reason, kept.attempt_id, kept.inputs).where(
                kept.campaign_id == UUID(launched.campaign_id)
            ),
        )
    (decision,) = found
    assert decision["contact_id"] == ben
    assert (decision["verdict"], decision["reason"]) == ("skip", "no_consent")
    assert decision["attempt_id"] is None
    assert decision["inputs"]["consent_basis"] == ""


async def test_numbers_on_the_list_are_left_out(
    desk: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    ann = await audience.one("Ann", phone="+12125550910")
    group = await a_group(groups, [ann, *await audience.make(2)])
    await desk.call(
        "AddSuppression", suppressions_pb.AddSuppressionRequest(phone="+1 212 555 0910")
    )

    preview = await desk.preview(group)

    assert preview.will_call == 2
    assert [each.reason for each in preview.excluded_by_reason] == ["suppressed"]


async def test_a_preview_changes_nothing(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database, engine: Engine
) -> None:
    group = await a_group(groups, await audience.make(30))

    preview = await desk.preview(group)

    assert (preview.will_call, preview.expected_count, preview.batches) == (30, 30, 6)
    waited = preview.finish_p50.ToDatetime() - preview.starts_at.ToDatetime()
    assert 15 * 60 <= waited.total_seconds() < 16 * 60
    assert preview.live_campaigns == 0
    assert not preview.HasField("cost")
    assert await rows(db, desk) == NOTHING
    assert engine.told == []


async def test_a_preview_of_an_empty_group_calls_nobody(desk: Desk, groups: GroupsDesk) -> None:
    group = (await groups.create_group("Empty")).id

    preview = await desk.preview(group)

    assert (preview.will_call, preview.batches) == (0, 0)
    assert not preview.HasField("starts_at")


async def test_an_empty_group_is_refused(desk: Desk, groups: GroupsDesk, db: Database) -> None:
    group = (await groups.create_group("Empty")).id

    failure = await refused(desk.launch(group))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "GROUP_EMPTY",
    )
    assert await rows(db, desk) == NOTHING


async def test_when_nobody_may_be_called_the_refusal_counts_why(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    """C-09."""
    people = [*await audience.make(2, consent=False), *await audience.make(1, phone=None)]
    group = await a_group(groups, people)

    failure = await refused(desk.launch(group))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "NOBODY_TO_CALL",
    )
    assert failure.facts["reasons"] == "2 no_consent, 1 no_phone"
    assert await rows(db, desk) == NOTHING


async def test_a_count_that_changed_is_refused_with_both_numbers(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    group = await a_group(groups, await audience.make(3))

    failure = await refused(desk.launch(group, expected_count=4))

    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "COUNT_CHANGED")
    assert (failure.facts["expected"], failure.facts["found"]) == ("4", "3")
    assert await rows(db, desk) == NOTHING


async def test_more_than_a_thousand_people_are_refused_with_the_count(
    desk: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    """C-24: waves come later."""
    people = [str(each) for each in await audience.many(1001)]
    group = await groups.create_group("Crowd", initial_contact_ids=people[:1000])
    await groups.add(group.id, people[1000])

    failure = await refused(desk.launch(group.id))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "TOO_MANY_CONTACTS",
    )
    assert failure.facts["count"] == "1001"
    assert await rows(db, desk) == NOTHING


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"call_timing": pb.CALL_TIMING_UNSPECIFIED}, "REQUIRED", "call_timing"),
        ({"call_timing": pb.CALL_TIMING_SCHEDULED}, "TIMING_NOT_AVAILABLE", "call_timing"),
        ({"call_timing": pb.CALL_TIMING_STAGGERED}, "TIMING_NOT_AVAILABLE", "call_timing"),
        ({"call_timing": 9}, "INVALID_CHOICE", "call_timing"),
        ({"priority_level": 9}, "INVALID_CHOICE", "priority_level"),
        ({"stagger_duration_minutes": 30}, "FIELD_OF_OTHER_TIMING", "stagger_duration_minutes"),
        ({"custom_hours_before": 24}, "FIELD_OF_OTHER_TIMING", "custom_hours_before"),
        ({"override_call_timing": True}, "FIELD_OF_OTHER_TIMING", "override_call_timing"),
        ({"custom_message_addition": "x" * 201}, "TOO_LONG", "custom_message_addition"),
        ({"campaign_name": "x" * 101}, "TOO_LONG", "campaign_name"),
        ({"campaign_name": "a\x00b"}, "UNPRINTABLE", "campaign_name"),
        ({"custom_message_addition": "a\x00b"}, "UNPRINTABLE", "custom_message_addition"),
        ({"group_id": "no-uuid"}, "INVALID_ID", "group_id"),
        ({"contact_ids": ["no-uuid"]}, "INVALID_ID", "contact_ids"),
        ({"group_id": ""}, "NO_AUDIENCE", "group_id"),
    ],
)
@pytest.mark.parametrize("method", ["LaunchCampaign", "PreviewCampaign"])
async def test_an_order_out_of_its_rules_names_the_field(
    desk: Desk, method: str, fields: dict[str, Any], reason: str, field: str
) -> None:
    message = order(**({"group_id": str(new_id())} | fields))

    failure = await refused(desk.call(method, message))

    assert failure.code == grpc.StatusCode.INVALID_ARGUMENT
    assert (failure.reason, failure.facts["field"]) == (reason, field)


async def test_unknown_foreign_and_hidden_groups_are_refused_alike(
    desk: Desk, stranger: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    group = await a_group(groups, await audience.make(1))

    foreign = await refused(stranger.launch(group))
    unknown = await refused(stranger.launch(str(new_id())))

    assert foreign == unknown
    assert foreign.code == grpc.StatusCode.NOT_FOUND


async def test_unknown_contacts_are_refused(desk: Desk, audience: Audience, db: Database) -> None:
    (ann,) = await audience.make(1)

    failure = await refused(desk.launch(contact_ids=[str(ann), str(new_id())]))

    assert failure.code == grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "UNKNOWN_CONTACTS"
    assert await rows(db, desk) == NOTHING


async def test_contacts_can_be_called_without_a_group(desk: Desk, audience: Audience) -> None:
    people = await audience.make(2)

    launched = await desk.launch(contact_ids=[str(each) for each in (*people, people[0])])

    campaign = await desk.campaign(launched.campaign_id)
    assert launched.total_members == 2
    assert not campaign.HasField("group_id")
    assert campaign.campaign_name.startswith("Selected contacts, 2026-09-15 09:")


async def test_staff_may_not_launch(
    staff: Desk, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    group = await a_group(groups, await audience.make(1))

    for method in ("LaunchCampaign", "PreviewCampaign"):
        failure = await refused(staff.call(method, order(group)))
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.PERMISSION_DENIED,
            "FORBIDDEN",
        )
    assert await rows(db, staff) == NOTHING


async def test_staff_learn_nothing_of_groups_by_launching(
    staff: Desk, groups: GroupsDesk, audience: Audience
) -> None:
    group = await a_group(
        groups, await audience.make(1), visibility=group_pb2.VISIBILITY_ADMINS_ONLY
    )

    hidden = await refused(staff.launch(group))
    unknown = await refused(staff.launch(str(new_id())))

    assert hidden == unknown
