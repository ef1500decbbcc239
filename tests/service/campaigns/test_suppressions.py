"""Numbers that must not be called: added, listed, taken off, and heard of by others."""

from typing import Any

import grpc
import pytest
from sqlalchemy import select

from services.campaigns.store import tables
from services.campaigns.usecases.history import list_history
from services.chassis import tables as chassis
from services.chassis.db import Database
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from vio.campaigns.v1 import policy_service_pb2 as policy_pb
from vio.campaigns.v1 import suppression_service_pb2 as pb

NUMBER = "+12125550142"


async def add(desk: Desk, phone: str = NUMBER, **fields: Any) -> pb.Suppression:
    message = pb.AddSuppressionRequest(phone=phone, **({"reason": "asked by letter"} | fields))
    answer: pb.Suppression = await desk.call("AddSuppression", message)
    return answer


async def remove(desk: Desk, phone: str = NUMBER, **fields: Any) -> None:
    message = pb.RemoveSuppressionRequest(phone=phone, **({"reason": "a mistake"} | fields))
    await desk.call("RemoveSuppression", message)


async def listed(desk: Desk, **fields: Any) -> pb.ListSuppressionsResponse:
    answer: pb.ListSuppressionsResponse = await desk.call(
        "ListSuppressions", pb.ListSuppressionsRequest(**fields)
    )
    return answer


async def announced(db: Database, desk: Desk) -> list[str]:
    """The kinds of events of the tenant, in order."""
    async with db.transaction(desk.person.caller) as tx:
        kinds = await tx.fetch_values(select(chassis.outbox.c.type).order_by(chassis.outbox.c.id))
    return [kind.rpartition(".")[2] for kind in kinds]


async def audited(db: Database, desk: Desk) -> list[dict[str, Any]]:
    table = tables.audit.c
    columns = (table.action, table.reason, table.facts, table.person_id)
    async with db.transaction(desk.person.caller) as tx:
        return await tx.fetch_all(dict, select(*columns).order_by(table.audit_no))


async def test_a_number_stands_on_the_list_with_who_and_why(desk: Desk, db: Database) -> None:
    """X-09."""
    added = await add(desk, "+1 (212) 555-0142")

    assert (added.phone, added.source, added.reason) == (NUMBER, "person", "asked by letter")
    assert list((await listed(desk)).suppressions) == [added]
    assert await announced(db, desk) == ["SuppressionAdded"]
    (entry,) = await audited(db, desk)
    assert (entry["action"], entry["facts"]) == ("suppression_added", {"phone": NUMBER})
    assert entry["person_id"] == desk.person.caller.person_id


async def test_adding_twice_adds_once(desk: Desk, db: Database) -> None:
    first = await add(desk)
    again = await add(desk, reason="asked again")

    assert again == first
    assert await announced(db, desk) == ["SuppressionAdded"]
    assert len(await audited(db, desk)) == 1


async def test_a_number_taken_off_may_be_called_again(
    desk: Desk, db: Database, groups: GroupsDesk, audience: Audience
) -> None:
    ann = await audience.one("Ann", phone=NUMBER)
    group = (await groups.create_group("VIP", initial_contact_ids=[str(ann)])).id
    await add(desk)
    before = await desk.preview(group)

    await remove(desk)

    assert [(each.reason, each.count) for each in before.excluded_by_reason] == [("suppressed", 1)]
    assert (await desk.preview(group)).will_call == 1
    assert await announced(db, desk) == ["SuppressionAdded", "SuppressionRemoved"]
    *_, entry = await audited(db, desk)
    assert (entry["action"], entry["reason"]) == ("suppression_removed", "a mistake")
    assert entry["facts"] == {"phone": NUMBER}


async def test_what_is_not_on_the_list_is_not_taken_off(desk: Desk, db: Database) -> None:
    failure = await refused(remove(desk))

    assert (failure.code, failure.reason) == (
        grpc.StatusCode.NOT_FOUND,
        "SUPPRESSION_NOT_FOUND",
    )
    assert await announced(db, desk) == []
    assert await audited(db, desk) == []


async def test_the_same_request_takes_off_once(desk: Desk) -> None:
    """Ruling 3."""
    await add(desk)

    await remove(desk, request_id="r-1")
    await remove(desk, request_id="r-1")

    other = await refused(remove(desk, request_id="r-1", reason="another"))
    assert other.reason == "REQUEST_ID_REUSED"


async def test_the_same_request_adds_once(desk: Desk) -> None:
    first = await add(desk, request_id="r-1")
    await remove(desk)

    assert await add(desk, request_id="r-1") == first
    assert (await listed(desk)).total == 0


@pytest.mark.parametrize(
    "phone", ["", "12125550142", "2125550142", "+1", "+1212555014x2", "+" + "1" * 60, "no number"]
)
async def test_what_is_no_full_number_is_refused(desk: Desk, phone: str) -> None:
    for failure in (await refused(add(desk, phone)), await refused(remove(desk, phone))):
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "INVALID_PHONE",
        )
        assert failure.facts["field"] == "phone"


@pytest.mark.parametrize(("reason", "why"), [("", "REQUIRED"), ("  ", "REQUIRED")])
async def test_taking_off_needs_a_reason(desk: Desk, reason: str, why: str) -> None:
    await add(desk)

    failure = await refused(remove(desk, reason=reason))

    assert (failure.reason, failure.facts["field"]) == (why, "reason")
    assert (await listed(desk)).total == 1


async def test_a_reason_has_its_length(desk: Desk) -> None:
    failures = [
        await refused(add(desk, reason="x" * 501)),
        await refused(remove(desk, reason="x" * 501)),
    ]

    assert [each.reason for each in failures] == ["TOO_LONG", "TOO_LONG"]


async def test_the_list_is_paged_newest_first(desk: Desk) -> None:
    numbers = [f"+1212555{number:04}" for number in range(100, 105)]
    for number in numbers:
        await add(desk, number)

    first = await listed(desk, page_size=2)
    second = await listed(desk, page_size=2, page_token=first.next_page_token)
    third = await listed(desk, page_size=2, page=3)

    shown = [each.phone for page in (first, second, third) for each in page.suppressions]
    assert shown == numbers[::-1]
    assert (first.total, second.total, third.next_page_token) == (5, 5, "")


async def test_a_page_token_of_somebody_else_is_refused(desk: Desk, stranger: Desk) -> None:
    for number in range(100, 103):
        await add(desk, f"+1212555{number:04}")
    token = (await listed(desk, page_size=1)).next_page_token

    for who, given in ((stranger, token), (desk, token[:-2] + "AA"), (desk, "x")):
        failure = await refused(listed(who, page_size=1, page_token=given))
        assert failure.reason == "INVALID_PAGE_TOKEN"
    negative = await refused(listed(desk, page_size=-1))
    assert negative.reason == "INVALID_PAGE_SIZE"


async def test_each_tenant_has_its_own_list(desk: Desk, stranger: Desk) -> None:
    """S-01."""
    await add(desk)

    assert (await listed(stranger)).total == 0
    assert (await refused(remove(stranger))).reason == "SUPPRESSION_NOT_FOUND"
    assert (await listed(desk)).total == 1


async def test_staff_have_no_part_in_the_list(desk: Desk, staff: Desk) -> None:
    """S-04."""
    await add(desk)

    for call in (add(staff), remove(staff), listed(staff)):
        failure = await refused(call)
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.PERMISSION_DENIED,
            "FORBIDDEN",
        )


async def test_whoever_asks_in_a_call_stands_on_the_list_at_once(
    desk: Desk, line: Line, groups: GroupsDesk, audience: Audience, db: Database
) -> None:
    """X-10."""
    ann = await audience.one("Ann")
    group = (await groups.create_group("VIP", initial_contact_ids=[str(ann)])).id
    campaign = (await desk.launch(group)).campaign_id
    (call,) = await line.dial(campaign)

    await line.analyzed(call, disconnection_reason="user_requested_dnc")

    (entry,) = (await listed(desk)).suppressions
    assert entry.source == "call"
    assert (await desk.campaign(campaign)).counts.answered == 1
    assert "SuppressionAdded" in await announced(db, desk)


async def test_the_listing_of_the_feed_tells_whom_not_to_call(desk: Desk, db: Database) -> None:
    """A tenant of which nothing else is known is listed too."""
    await add(desk)

    async with db.transaction(desk.person.caller) as tx:
        told = [event async for event in list_history(tx)]
        known = await tx.fetch_values(
            select(tables.tenants.c.tenant_id).where(
                tables.tenants.c.tenant_id == desk.person.caller.tenant_id
            )
        )

    assert [getattr(event, "phone", None) for event in told] == [NUMBER]
    assert known == [desk.person.caller.tenant_id]


async def test_the_policy_is_readable_with_its_defaults(desk: Desk, staff: Desk) -> None:
    """X-35."""
    policy = await desk.call("GetPolicy", policy_pb.GetPolicyRequest())

    assert (policy.calls_per_window, policy.window_minutes) == (25, 15)
    assert (policy.batch_size, policy.batch_gap_seconds, policy.live_campaigns) == (5, 30, 5)
    assert (policy.opens_at, policy.closes_at) == ("08:00", "21:00")
    assert not policy.HasField("cost_per_call")
    assert (await refused(staff.call("GetPolicy", policy_pb.GetPolicyRequest()))).reason == (
        "FORBIDDEN"
    )
