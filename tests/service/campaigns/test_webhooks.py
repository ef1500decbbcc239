"""What the provider reports: verified on raw bytes, learnt once, in any order."""

import json
from itertools import permutations
from typing import Any

import grpc
import pytest
from sqlalchemy import func, select

from services.campaigns.store import tables
from services.chassis import tables as chassis
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk
from tests.service.campaigns.line import Call, Line, webhook
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.campaigns.v1 import suppression_service_pb2 as suppressions_pb
from vio.campaigns.v1 import webhook_service_pb2 as pb


@pytest.fixture
async def launched(desk: Desk, groups: GroupsDesk, audience: Audience) -> str:
    ids = [str(each) for each in await audience.make(6)]
    group = await groups.create_group("VIP", initial_contact_ids=ids)
    return (await desk.launch(group.id)).campaign_id


async def events(db: Database, desk: Desk) -> list[str]:
    """What the feed was told after the launch, in order."""
    table = chassis.outbox.c
    async with db.transaction(desk.person.caller) as tx:
        found = await tx.fetch_values(select(table.type).order_by(table.id))
    return [word for each in found if (word := each.rpartition(".")[2]) != "CampaignChanged"]


async def test_a_report_is_learnt_and_told_to_others(
    desk: Desk, launched: str, line: Line, db: Database
) -> None:
    (call,) = await line.dial(launched)

    assert await line.analyzed(call, "confirmed")

    assert await line.attempt(call) == {
        "state": "ended",
        "outcome": "answered",
        "version": 1,
        "appointment_action": "confirmed",
    }
    assert await events(db, desk) == ["AttemptEnded"]


async def test_the_same_report_twice_is_learnt_once(
    desk: Desk, launched: str, line: Line, db: Database
) -> None:
    (call,) = await line.dial(launched)

    for _ in range(3):
        assert await line.ended(call)

    assert (await line.attempt(call))["version"] == 1
    assert await events(db, desk) == ["AttemptEnded"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_reports_in_any_order_leave_the_same(
    launched: str, line: Line, order: tuple[int, ...]
) -> None:
    (call,) = await line.dial(launched)
    reports = (
        lambda: line.report("call_started", call, start_timestamp=1_789_477_200_000),
        lambda: line.ended(call, "user_hangup", duration_ms=42_000),
        lambda: line.analyzed(call, "rescheduled"),
    )

    for index in order:
        await reports[index]()

    known = await line.attempt(call)
    assert (known["state"], known["outcome"]) == ("ended", "answered")
    assert known["appointment_action"] == "rescheduled"


async def test_a_voicemail_that_is_known_late_corrects_the_outcome(
    desk: Desk, launched: str, line: Line
) -> None:
    """The highest version counts."""
    (call,) = await line.dial(launched)
    await line.analyzed(call)
    before = (await line.attempt(call))["version"]

    analysis = {"in_voicemail": True}
    await line.report(
        "call_analyzed", call, disconnection_reason="user_hangup", call_analysis=analysis
    )

    known = await line.attempt(call)
    assert (known["outcome"], known["version"]) == ("voicemail", before + 1)
    assert (await desk.campaign(launched)).counts.voicemail == 1


async def test_whoever_opts_out_is_never_called_again(
    desk: Desk, launched: str, line: Line, db: Database
) -> None:
    (call,) = await line.dial(launched)

    await line.analyzed(call, disconnection_reason="user_requested_dnc")

    page = await desk.call("ListSuppressions", suppressions_pb.ListSuppressionsRequest())
    assert [(each.phone, each.source) for each in page.suppressions] == [("+12125550199", "call")]
    assert await events(db, desk) == ["AttemptEnded", "SuppressionAdded"]


async def test_a_report_that_overtakes_our_own_record_is_found_by_the_attempt(
    launched: str, line: Line
) -> None:
    (call,) = await line.dial(launched)
    early = Call("call_unheard_of", call.attempt_id, call.contact_id)

    assert await line.ended(early)


async def test_a_report_about_an_unknown_call_is_noted_without_its_content(
    machine: Desk, db: Database
) -> None:
    name = f"call_{new_id().hex}"
    body = json.dumps(
        {"event": "call_ended", "call": {"call_id": name, "to_number": "+12125550140"}}
    )

    answer = await machine.call("ReceiveWebhook", webhook(body))

    assert not answer.matched
    table = tables.unmatched_webhooks.c
    async with db.transaction(Caller.service(None)) as tx:
        assert await tx.fetch_value(select(func.count()).where(table.call_id == name)) == 1
    assert set(table.keys()) == {"call_id", "event", "hash"}


GENUINE = json.dumps({"event": "call_ended", "call": {"call_id": "call_1"}})


@pytest.mark.parametrize(
    "message",
    [
        pb.ReceiveWebhookRequest(body=GENUINE.encode()),
        pb.ReceiveWebhookRequest(body=GENUINE.encode(), signature="v=1,d=2"),
        webhook(GENUINE, key="another_key"),
        webhook(GENUINE, age=301),
        pb.ReceiveWebhookRequest(
            body=GENUINE.replace("call_1", "call_2").encode(), signature=webhook(GENUINE).signature
        ),
    ],
    ids=["unsigned", "nonsense", "another key", "stale", "altered"],
)
async def test_what_the_provider_did_not_sign_just_now_is_refused(
    machine: Desk, message: pb.ReceiveWebhookRequest
) -> None:
    failure = await refused(machine.call("ReceiveWebhook", message))

    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_SIGNATURE")


@pytest.mark.parametrize("body", ["[]", "{}", '{"event": 1, "call": {}}', "no json"])
async def test_a_signed_body_that_describes_no_call_is_refused(machine: Desk, body: str) -> None:
    failure = await refused(machine.call("ReceiveWebhook", webhook(body)))

    assert failure.code == grpc.StatusCode.INVALID_ARGUMENT


async def test_people_do_not_report_calls(desk: Desk, staff: Desk) -> None:
    for person in (desk, staff):
        failure = await refused(person.call("ReceiveWebhook", webhook(GENUINE)))
        assert failure.code == grpc.StatusCode.PERMISSION_DENIED


async def test_the_tenant_is_ours_to_find_whatever_the_report_says(
    launched: str, line: Line, stranger: Desk, db: Database
) -> None:
    (call,) = await line.dial(launched)
    told: dict[str, Any] = {
        "attempt_id": str(call.attempt_id),
        "tenant_id": str(stranger.person.caller.tenant_id),
    }

    assert await line.ended(call, metadata=told)

    assert (await line.attempt(call))["state"] == "ended"
    async with db.transaction(stranger.person.caller) as tx:
        assert await tx.fetch_value(select(func.count()).select_from(tables.attempts)) == 0
