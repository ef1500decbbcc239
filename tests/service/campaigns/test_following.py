"""What campaigns learns from the groups' feed, and what its own feed lists."""

from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select

from services.campaigns.domain.events import AttemptEnded, CampaignChanged, SuppressionAdded
from services.campaigns.feed import encoding
from services.campaigns.usecases.history import list_history
from services.chassis import errors
from services.chassis import tables as chassis
from services.chassis.caller import Caller, Role
from services.chassis.db import Database
from services.chassis.feed import consumer
from services.groups.usecases import audience as audience_of_groups
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk
from tests.service.campaigns.ear import Ear
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from tests.support.issuer import Issuer
from vio.campaigns.v1 import policy_service_pb2 as policy_pb
from vio.campaigns.v1 import suppression_service_pb2 as suppressions_pb
from vio.groups.v1 import tenant_service_pb2 as tenants_pb


@pytest.fixture
async def clinic(
    groups_channel: grpc.aio.Channel, issuer: Issuer, tenant_id: UUID, ear: Ear
) -> None:
    """The tenant is a clinic in Denver."""
    root = issuer.person(Role.SUPER_ADMIN, tenant_id, "Rita Root")
    made = tenants_pb.CreateTenantRequest(
        id=str(tenant_id), name="Clinic", timezone="America/Denver", medical=True
    )
    await GroupsDesk(groups_channel, root).call("CreateTenant", made)
    await ear.heard_of_profile("America/Denver", medical=True)


@pytest.fixture
async def group(groups: GroupsDesk, audience: Audience) -> str:
    ids = [str(each) for each in await audience.make(2)]
    return (await groups.create_group("VIP", initial_contact_ids=ids)).id


async def policy(desk: Desk) -> policy_pb.CallingPolicy:
    answer: policy_pb.CallingPolicy = await desk.call("GetPolicy", policy_pb.GetPolicyRequest())
    return answer


@pytest.mark.usefixtures("clinic")
async def test_the_tenants_zone_is_where_people_are_called(
    desk: Desk, groups: GroupsDesk, ear: Ear
) -> None:
    before = await policy(desk)
    move = tenants_pb.UpdateTenantRequest(
        timezone="America/New_York", update_mask=FieldMask(paths=["timezone"])
    )
    await groups.call("UpdateTenant", move)
    await ear.heard_of_profile("America/New_York", medical=True)

    after = await policy(desk)

    assert (before.timezone, after.timezone) == ("America/Denver", "America/New_York")


@pytest.mark.usefixtures("clinic")
async def test_campaigns_without_a_name_are_called_by_the_tenants_own_time(
    desk: Desk, group: str
) -> None:
    launched = await desk.launch(group)

    campaign = await desk.campaign(launched.campaign_id)

    assert campaign.campaign_name.startswith("VIP, 2026-09-15 07:")


@pytest.mark.usefixtures("clinic")
async def test_a_medical_account_is_warned_before_it_adds_words(desk: Desk, group: str) -> None:
    silent = await desk.preview(group)
    speaking = await desk.preview(group, custom_message_addition="Bring your card.")

    assert list(silent.warnings) == []
    assert len(speaking.warnings) == 1


async def test_the_defaults_are_the_policy_where_nothing_was_decided(desk: Desk) -> None:
    found = await policy(desk)

    assert (found.calls_per_window, found.window_minutes) == (25, 15)
    assert (found.batch_size, found.batch_gap_seconds, found.live_campaigns) == (5, 30, 5)
    assert (found.opens_at, found.closes_at) == ("08:00", "21:00")
    assert not found.HasField("calls_a_day")
    assert not found.HasField("cost_per_call")


async def test_what_the_feed_lists_is_how_things_came_to_be(
    desk: Desk, group: str, line: Line, db: Database
) -> None:
    """Ruling 8: a listing and the events that were announced leave the same."""
    launched = (await desk.launch(group)).campaign_id
    missed, confirmed = await line.dial(launched, 2)
    await line.ended(missed)
    await line.analyzed(confirmed, "confirmed")
    await desk.call("AddSuppression", suppressions_pb.AddSuppressionRequest(phone="+12125550140"))
    table = chassis.outbox.c
    async with db.transaction(desk.person.caller) as tx:
        announced = await tx.fetch_values(select(table.payload).order_by(table.id))
    caller = Caller.service(desk.person.caller.tenant_id)

    async with db.transaction(caller) as tx:
        listed = [event async for event in list_history(tx)]

    assert [type(each) for each in listed] == [
        SuppressionAdded,
        CampaignChanged,
        AttemptEnded,
        AttemptEnded,
    ]
    assert {encoding.encode(each)[1] for each in listed} <= set(announced)


async def test_staff_see_nothing_while_it_is_not_sure_what_they_may_see(
    desk: Desk, staff: Desk, group: str, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ruling 6: closed when the feed's lag passes its limit; administrators see everything."""
    launched = (await desk.launch(group)).campaign_id
    await ear.heard(group)
    monkeypatch.setattr(consumer, "TOO_OLD", -1.0)

    for call in (staff.campaign(launched), staff.campaigns(), staff.recipients(launched)):
        failure = await refused(call)
        assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "OUT_OF_DATE")
        assert failure.retry_after
    assert (await desk.campaign(launched)).campaign_id == launched


async def test_names_are_left_out_while_groups_does_not_answer(
    desk: Desk, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ruling 6: no names, no error."""
    launched = (await desk.launch(group)).campaign_id

    async def silent(*_: object) -> None:
        raise errors.unavailable("database")

    monkeypatch.setattr(audience_of_groups, "names", silent)
    page = await desk.recipients(launched)

    assert len(page.recipients) == 2
    assert not any(each.HasField("contact_name") for each in page.recipients)


async def test_nothing_is_launched_while_groups_does_not_answer(
    desk: Desk, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> None:
        raise errors.unavailable("database")

    monkeypatch.setattr(audience_of_groups, "freeze", silent)
    failure = await refused(desk.launch(group))

    assert failure.code == grpc.StatusCode.UNAVAILABLE
    assert (await desk.campaigns()).pagination.total == 0
