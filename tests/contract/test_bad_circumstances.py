"""What is refused for its circumstances: too many, repeated, unsigned, or no file at all."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from google.protobuf.message import Message
from retell.lib import webhook_auth

from services.chassis.caller import Role
from services.chassis.ids import new_id
from tests.contract import transports
from tests.contract.house import House
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.service.groups.desk import refused
from tests.service.groups.uploads import upload
from tests.support.issuer import Issuer, Person
from tests.support.simulator import KEY
from vio.analytics.v1 import analytics_service_pb2 as analytics
from vio.campaigns.v1 import campaign_service_pb2 as campaigns
from vio.campaigns.v1 import suppression_service_pb2 as suppressions
from vio.campaigns.v1 import webhook_service_pb2 as webhooks
from vio.groups.v1 import contact_service_pb2 as contacts
from vio.groups.v1 import group_service_pb2 as groups_pb

_IMMEDIATE = campaigns.CALL_TIMING_IMMEDIATE


async def test_the_sixth_live_campaign_is_refused_over_both(
    house: House, rest: httpx.AsyncClient, admin: Person, audience: Audience
) -> None:
    people = [str(each) for each in await audience.make(6)]
    live = []
    for each in people[:5]:
        order = {"call_timing": "immediate", "contact_ids": [each]}
        live.append((await rest.post("/campaigns", json=order)).json()["campaign_id"])
    before = await transports.rows(house, admin.caller)

    sixth = campaigns.LaunchCampaignRequest(call_timing=_IMMEDIATE, contact_ids=people[5:])
    code, told = await transports.over_grpc(house, sixth, admin.token)
    order = {"call_timing": "immediate", "contact_ids": people[5:]}
    answer = await rest.post("/campaigns", json=order)

    assert (code.name, answer.status_code) == ("RESOURCE_EXHAUSTED", 429)
    assert transports.over_rest(answer) == told
    assert (told.reason, told.facts["limit"], told.retry_after) == ("SLOTS_TAKEN", "5", 60)
    assert sorted(told.facts["holders"].split(",")) == sorted(live)
    assert await transports.rows(house, admin.caller) == before


REPEATED: dict[str, tuple[Callable[..., Message], str, dict[str, Any], dict[str, Any]]] = {
    "CreateGroup": (groups_pb.CreateGroupRequest, "/groups", {"name": "VIP"}, {"name": "Other"}),
    "CreateContact": (
        contacts.CreateContactRequest,
        "/contacts",
        {"name": "Anna"},
        {"name": "Ben"},
    ),
    "AddSuppression": (
        suppressions.AddSuppressionRequest,
        "/suppressions",
        {"phone": "+12125550101", "reason": "letter"},
        {"phone": "+12125550102", "reason": "letter"},
    ),
}


@pytest.mark.parametrize("method", REPEATED)
async def test_a_request_id_with_another_body_is_refused_over_both(
    house: House, rest: httpx.AsyncClient, admin: Person, method: str
) -> None:
    """Rulings, section 3; the same id is the same whichever way it comes."""
    make, path, first, second = REPEATED[method]
    headers = {"idempotency-key": "once"}
    (await rest.post(path, json=first, headers=headers)).raise_for_status()
    before = await transports.rows(house, admin.caller)

    code, told = await transports.over_grpc(house, make(**second, request_id="once"), admin.token)
    answer = await rest.post(path, json=second, headers=headers)
    again = await rest.post(path, json=first, headers=headers)

    assert (code.name, answer.status_code) == ("INVALID_ARGUMENT", 422)
    assert transports.over_rest(answer) == told
    assert (told.reason, told.facts["field"]) == ("REQUEST_ID_REUSED", "request_id")
    assert again.status_code == 201
    assert await transports.rows(house, admin.caller) == before


def _tokens(issuer: Issuer, tenant_id: Any) -> dict[str, str]:
    now = int(time.time())
    good = {"sub": "1", "role": str(Role.CLIENT_ADMIN), "tenant_id": str(tenant_id)}
    none = {"iss": issuer.url, "aud": "vioconcierge", "iat": now, "exp": now + 60, **good}
    return {
        "expired": issuer.token(**good, iat=now - 900, exp=now - 600),
        "of another issuer": issuer.token(**good, iss="https://elsewhere.example"),
        "for another audience": issuer.token(**good, aud="another-product"),
        "without a tenant": issuer.token(sub="1", role=str(Role.CLIENT_ADMIN)),
        "alg=none": jwt.encode(none, "", algorithm="none", headers={"kid": "test-key"}),
        "nonsense": "nonsense",
    }


@pytest.mark.parametrize(
    "which",
    [
        "missing",
        "expired",
        "of another issuer",
        "for another audience",
        "without a tenant",
        "alg=none",
        "nonsense",
    ],
)
async def test_a_token_that_proves_nothing_is_refused_everywhere(
    house: House, rest: httpx.AsyncClient, admin: Person, issuer: Issuer, which: str
) -> None:
    token = {"missing": None, **_tokens(issuer, admin.caller.tenant_id)}[which]
    await rest.get("/me")
    before = await transports.rows(house, admin.caller)
    asked: dict[tuple[str, str], Message] = {
        ("GET", "/groups"): groups_pb.ListGroupsRequest(),
        ("POST", "/groups"): groups_pb.CreateGroupRequest(name="VIP"),
        ("POST", "/campaigns"): campaigns.LaunchCampaignRequest(call_timing=_IMMEDIATE),
        ("GET", "/campaigns"): campaigns.ListCampaignsRequest(),
        ("GET", "/groups/analytics"): analytics.GetGroupsAnalyticsRequest(),
    }
    headers = {"authorization": "" if token is None else f"Bearer {token}"}

    for (method, path), message in asked.items():
        code, told = await transports.over_grpc(house, message, token)
        answer = await rest.request(method, path, headers=headers)

        assert (code.name, answer.status_code) == ("UNAUTHENTICATED", 401)
        assert transports.over_rest(answer) == told
        assert told.reason == "UNAUTHENTICATED"
    assert await transports.rows(house, admin.caller) == before


GOOD = "name,phone\nAnna,212-555-0101\n"


@pytest.mark.parametrize(
    ("content", "reason", "field"),
    [
        (b"", "CSV_UNREADABLE", "file"),
        (GOOD.encode() + b'"Ben,212-555-0102\n', "CSV_UNREADABLE", "file"),
        (GOOD.encode() + b"Ben\x81\x8d,212-555-0102\n", "CSV_UNREADABLE", "file"),
        (b"\xef\xbb\xbf" + GOOD.encode() + b"Zo\xe9,212-555-0102\n", "CSV_UNREADABLE", "file"),
        (GOOD.encode("utf-16") + b"x", "CSV_UNREADABLE", "file"),
        (GOOD.encode("utf-16-le"), "CSV_UNREADABLE", "file"),
        (b"phone\n212-555-0101\n", "CSV_NO_NAME", "mapping"),
    ],
    ids=["empty", "open quote", "no encoding", "broken UTF-8", "cut UTF-16", "unmarked", "no name"],
)
async def test_a_file_that_can_not_be_read_is_refused_over_both(
    house: House,
    rest: httpx.AsyncClient,
    groups: GroupsDesk,
    admin: Person,
    content: bytes,
    reason: str,
    field: str,
) -> None:
    """I-08: not one of its rows is taken."""
    await rest.get("/me")
    before = await transports.rows(house, admin.caller)

    failure = await refused(upload(groups, content))
    headers = {"content-type": "text/csv"}
    answer = await rest.post("/contacts/import", content=content, headers=headers)

    told = transports.over_rest(answer)
    assert (failure.code.name, answer.status_code) == ("INVALID_ARGUMENT", 422)
    assert (told.reason, told.words) == (failure.reason, failure.message)
    assert (told.reason, told.facts, told.facts["field"]) == (reason, failure.facts, field)
    assert await transports.rows(house, admin.caller) == before


def _signed(body: str, *, key: str = KEY, age: float = 0) -> str:
    return str(webhook_auth.symmetric["sign"](body, key, int((time.time() - age) * 1000)))


@pytest.mark.parametrize("which", ["unsigned", "forged", "altered", "stale"])
async def test_a_report_that_the_provider_did_not_just_sign_is_refused_over_both(
    house: House,
    rest: httpx.AsyncClient,
    admin: Person,
    issuer: Issuer,
    audience: Audience,
    line: Line,
    which: str,
) -> None:
    body = await _report_of_a_call(rest, audience, line)
    signature = {
        "unsigned": "",
        "forged": _signed(body, key="another"),
        "altered": _signed(body + " "),
        "stale": _signed(body, age=301),
    }[which]
    before = await transports.rows(house, admin.caller)
    machine = issuer.person(Role.SERVICE, None, "gateway")

    report = webhooks.ReceiveWebhookRequest(body=body.encode(), signature=signature)
    code, told = await transports.over_grpc(house, report, machine.token)
    headers = {"authorization": "", "x-retell-signature": signature}
    answer = await rest.post("/webhooks/retell", content=body, headers=headers)

    assert (code.name, answer.status_code) == ("UNAUTHENTICATED", 401)
    assert transports.over_rest(answer) == told
    assert told.reason == "BAD_SIGNATURE"
    assert await transports.rows(house, admin.caller) == before


async def test_a_report_that_is_replayed_changes_nothing_more(
    house: House,
    rest: httpx.AsyncClient,
    admin: Person,
    issuer: Issuer,
    audience: Audience,
    line: Line,
) -> None:
    body = await _report_of_a_call(rest, audience, line)
    headers = {"x-retell-signature": _signed(body)}
    first = await rest.post("/webhooks/retell", content=body, headers=headers)
    learnt = await transports.rows_of_campaigns(house, admin.caller)

    again = await rest.post("/webhooks/retell", content=body, headers=headers)
    report = webhooks.ReceiveWebhookRequest(
        body=body.encode(), signature=headers["x-retell-signature"]
    )
    matched = await line.gateway.call("ReceiveWebhook", report)

    assert (first.status_code, again.status_code, matched.matched) == (204, 204, True)
    assert await transports.rows_of_campaigns(house, admin.caller) == learnt


async def _report_of_a_call(rest: httpx.AsyncClient, audience: Audience, line: Line) -> str:
    """What the provider says of a call that it has in hand."""
    (anna,) = await audience.make(1)
    order = {"call_timing": "immediate", "contact_ids": [str(anna)]}
    launched = (await rest.post("/campaigns", json=order)).raise_for_status().json()
    (call,) = await line.dial(launched["campaign_id"])
    told = {
        "call_id": call.id,
        "metadata": {"attempt_id": str(call.attempt_id)},
        "disconnection_reason": "dial_busy",
    }
    return json.dumps({"event": "call_ended", "call": told})


async def test_a_planted_change_is_seen(
    house: House, rest: httpx.AsyncClient, admin: Person
) -> None:
    """What holds every refusal to have left nothing would see a single row."""
    await rest.get("/me")
    before = await transports.rows(house, admin.caller)

    await rest.post("/suppressions", json={"phone": "+12125550101", "reason": str(new_id())})

    changed = await transports.rows(house, admin.caller)
    assert {name.partition(".")[2] for name in before if before[name] != changed[name]} >= {
        "suppressions",
        "outbox",
    }
