"""Requests that must be refused, each as a gRPC message and as a REST request."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from vio.analytics.v1 import analytics_service_pb2 as analytics
from vio.campaigns.v1 import campaign_service_pb2 as campaigns
from vio.campaigns.v1 import suppression_service_pb2 as suppressions
from vio.groups.v1 import audit_service_pb2 as audit
from vio.groups.v1 import contact_service_pb2 as contacts
from vio.groups.v1 import group_service_pb2 as groups
from vio.groups.v1 import import_service_pb2 as imports
from vio.groups.v1 import member_service_pb2 as members
from vio.groups.v1 import selection_service_pb2 as selections
from vio.groups.v1 import tenant_service_pb2 as tenants

Told = dict[str, Any]

CROWD = [str(UUID(int=number)) for number in range(1001)]
_HTTP = {
    "INVALID_ARGUMENT": 422,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 412,
    "FAILED_PRECONDITION": 422,
}


_OF_GROUP, _OF_CAMPAIGN = {"group_id": "{group_id}"}, {"campaign_id": "{campaign_id}"}
#: What is read page by page.
LISTS: tuple[tuple[type[Message], Mapping[str, Any], str], ...] = (
    (groups.ListGroupsRequest, {}, "GET /groups"),
    (members.ListMembersRequest, _OF_GROUP, "GET /groups/{group_id}/members"),
    (contacts.ListContactsRequest, {}, "GET /contacts"),
    (audit.ListAuditEntriesRequest, {}, "GET /audit"),
    (campaigns.ListCampaignsRequest, {}, "GET /campaigns"),
    (campaigns.ListRecipientsRequest, _OF_CAMPAIGN, "GET /campaigns/{campaign_id}/recipients"),
    (suppressions.ListSuppressionsRequest, {}, "GET /suppressions"),
)


@dataclass(frozen=True)
class Bad:
    """A request and its refusal. Names in braces are things of the scene.

    REST sends what gRPC is told, without what stands in the path, unless `sent` says else.
    """

    message: type[Message]
    told: Mapping[str, Any]
    rest: str
    reason: str
    field: str = ""
    limit: str = ""
    code: str = "INVALID_ARGUMENT"
    sent: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    who: str = "admin"

    @property
    def method(self) -> str:
        return self.message.__name__.removesuffix("Request")

    @property
    def status(self) -> int:
        return _HTTP[self.code]

    @property
    def body(self) -> Mapping[str, Any]:
        if self.sent is not None:
            return self.sent
        return {name: value for name, value in self.told.items() if f"{{{name}}}" not in self.rest}

    def __str__(self) -> str:
        named = ",".join(str(value)[:20] for value in self.told.values())
        return f"{self.method}({named}) {self.who}"


def _ids() -> Iterator[Bad]:
    """Unknown, foreign and hidden things are all the same, and an id is a UUID."""
    by_group: tuple[tuple[type[Message], str], ...] = (
        (groups.GetGroupRequest, "GET /groups/{group_id}"),
        (groups.DeleteGroupRequest, "DELETE /groups/{group_id}"),
        (members.ListMembersRequest, "GET /groups/{group_id}/members"),
        (analytics.GetGroupAnalyticsRequest, "GET /groups/{group_id}/analytics"),
    )
    absent: Told = {"reason": "GROUP_NOT_FOUND", "code": "NOT_FOUND"}
    none: Told = {"reason": "INVALID_ID", "limit": "UUID"}
    for message, rest in by_group:
        for name in ("{unknown}", "{foreign_group}"):
            yield Bad(message, {"group_id": name}, rest, **absent)
        yield Bad(message, {"group_id": "{hidden}"}, rest, **absent, who="staff")
        yield Bad(message, {"group_id": "VIP"}, rest, **none, field="group_id")
    for message, rest, thing, reason in (
        (contacts.GetContactRequest, "GET /contacts/{contact_id}", "contact", "CONTACT_NOT_FOUND"),
        (imports.GetImportRequest, "GET /imports/{import_id}", "import", "IMPORT_NOT_FOUND"),
        (
            campaigns.GetCampaignRequest,
            "GET /campaigns/{campaign_id}",
            "campaign",
            "CAMPAIGN_NOT_FOUND",
        ),
        (
            campaigns.CancelCampaignRequest,
            "POST /campaigns/{campaign_id}/cancel",
            "campaign",
            "CAMPAIGN_NOT_FOUND",
        ),
    ):
        for name in ("{unknown}", f"{{foreign_{thing}}}"):
            yield Bad(message, {f"{thing}_id": name}, rest, reason, code="NOT_FOUND")
        yield Bad(message, {f"{thing}_id": "1"}, rest, **none, field=f"{thing}_id")


def _ids_in_lists() -> Iterator[Bad]:
    add, create = members.AddMembersRequest, groups.CreateGroupRequest
    to_add = "POST /groups/{group_id}/members/add"
    for name in ("{unknown}", "{foreign_contact}"):
        both = ["{contact_id}", name]
        refusal: Told = {"reason": "UNKNOWN_CONTACTS", "field": "contact_ids"}
        yield Bad(add, {"group_id": "{group_id}", "contact_ids": both}, to_add, **refusal)
        yield Bad(create, {"name": "New", "initial_contact_ids": both}, "POST /groups", **refusal)
    none: Told = {"reason": "INVALID_ID", "limit": "UUID"}
    for told in ("initial_contact_ids", "permitted_users"):
        yield Bad(create, {"name": "New", told: ["Anna"]}, "POST /groups", **none, field=told)
    bad = {"group_id": "{group_id}", "contact_ids": ["{contact_id}", "Anna"]}
    yield Bad(add, bad, to_add, **none, field="contact_ids")
    selection = {"selection": {"any": ["{unknown}"]}}
    yield Bad(
        selections.CreateSelectionRequest,
        selection,
        "POST /contacts/select",
        "GROUP_NOT_FOUND",
        code="NOT_FOUND",
    )


def _names_and_colours() -> Iterator[Bad]:
    make, change = groups.CreateGroupRequest, groups.UpdateGroupRequest
    one = "PATCH /groups/{group_id}"
    for value, reason, limit in (
        ({"name": ""}, "NAME_EMPTY", "1..50"),
        ({"name": " \t "}, "NAME_EMPTY", "1..50"),
        ({"name": "x" * 51}, "TOO_LONG", "50"),
        ({"name": "New", "color": "red"}, "INVALID_COLOR", "#RRGGBB"),
        ({"name": "New", "color": "#12345"}, "INVALID_COLOR", "#RRGGBB"),
        ({"name": "New", "color": "#12345G"}, "INVALID_COLOR", "#RRGGBB"),
        ({"name": "New", "description": "x" * 256}, "TOO_LONG", "255"),
    ):
        (wrong,) = value.keys() - {"name"} or {"name"}
        yield Bad(make, value, "POST /groups", reason, wrong, limit)
        told = {**value, "group_id": "{group_id}", "update_mask": ",".join(value)}
        yield Bad(change, told, one, reason, wrong, limit, sent=value)
    taken: Told = {"reason": "GROUP_NAME_TAKEN", "field": "name", "code": "ALREADY_EXISTS"}
    for name in ("vip", "VIP", "  Vip "):
        yield Bad(make, {"name": name}, "POST /groups", **taken)
        told = {"group_id": "{empty}", "name": name, "update_mask": "name"}
        yield Bad(change, told, "PATCH /groups/{empty}", **taken, sent={"name": name})
    colour: Told = {"reason": "INVALID_COLOR", "field": "color", "limit": "#RRGGBB"}
    yield Bad(groups.ListGroupsRequest, {"color": "red"}, "GET /groups", **colour)


def _numbers_of_people() -> Iterator[Bad]:
    crowd: Told = {"reason": "TOO_MANY_CONTACTS", "limit": "1000"}
    told = {"group_id": "{group_id}", "contact_ids": CROWD}
    path = "/groups/{group_id}/members"
    add, remove = members.AddMembersRequest, members.RemoveMembersRequest
    yield Bad(add, told, f"POST {path}/add", **crowd, field="contact_ids")
    yield Bad(add, told, f"POST {path}/bulk-add", **crowd, field="contact_ids")
    yield Bad(remove, told, f"POST {path}/bulk-remove", **crowd, field="contact_ids")
    many = {"name": "New", "initial_contact_ids": CROWD}
    yield Bad(groups.CreateGroupRequest, many, "POST /groups", **crowd, field="initial_contact_ids")
    timing: Told = {"call_timing": "CALL_TIMING_IMMEDIATE"}
    yield Bad(
        campaigns.LaunchCampaignRequest,
        {"group_id": "{empty}", **timing},
        "POST /groups/{empty}/call-all",
        "GROUP_EMPTY",
        code="FAILED_PRECONDITION",
        sent={"call_timing": "immediate"},
    )
    yield Bad(
        campaigns.LaunchCampaignRequest,
        {"contact_ids": CROWD, **timing},
        "POST /campaigns",
        **crowd,
        field="contact_ids",
        sent={"contact_ids": CROWD, "call_timing": "immediate"},
    )


def _phones() -> Iterator[Bad]:
    refusal: Told = {"reason": "INVALID_PHONE", "field": "phone"}
    dialable: Told = {**refusal, "limit": "a dialable number"}
    for phone in ("12", "no number", "+1 212 555", "00000000000"):
        make = {"name": "New", "phone": phone}
        yield Bad(contacts.CreateContactRequest, make, "POST /contacts", **dialable)
        told = {"contact_id": "{contact_id}", "phone": phone, "update_mask": "phone"}
        yield Bad(
            contacts.UpdateContactRequest,
            told,
            "PATCH /contacts/{contact_id}",
            **dialable,
            sent={"phone": phone},
        )
        stop = {"phone": phone, "reason": "letter"}
        yield Bad(
            suppressions.AddSuppressionRequest, stop, "POST /suppressions", **refusal, limit="E.164"
        )


def _pages() -> Iterator[Bad]:
    token: Told = {"reason": "INVALID_PAGE_TOKEN", "field": "page_token"}
    size: Told = {"reason": "INVALID_PAGE_SIZE", "field": "page_size", "limit": "100"}
    for message, told, rest in LISTS:
        yield Bad(message, {**told, "page_size": -1}, rest, **size)
        tampered = f"{{tampered_{message.__name__}}}"
        for name in ("nonsense", tampered, "{of_another_list}", "{of_somebody_else}"):
            yield Bad(message, {**told, "page_token": name}, rest, **token)


def _stale() -> Iterator[Bad]:
    refusal: Told = {"reason": "ETAG_MISMATCH", "field": "etag", "code": "ABORTED"}
    for message, told, rest in (
        (groups.UpdateGroupRequest, {"group_id": "{group_id}"}, "PATCH /groups/{group_id}"),
        (
            contacts.UpdateContactRequest,
            {"contact_id": "{contact_id}"},
            "PATCH /contacts/{contact_id}",
        ),
        (tenants.UpdateTenantRequest, {}, "PATCH /tenant"),
    ):
        yield Bad(
            message,
            {**told, "name": "Lost", "update_mask": "name", "etag": "77"},
            rest,
            **refusal,
            sent={"name": "Lost"},
            headers={"if-match": '"77"'},
        )
    yield Bad(
        groups.DeleteGroupRequest,
        {"group_id": "{group_id}", "etag": "77"},
        "DELETE /groups/{group_id}",
        **refusal,
        sent={},
        headers={"if-match": '"77"'},
    )


BAD = (
    *_ids(),
    *_ids_in_lists(),
    *_names_and_colours(),
    *_numbers_of_people(),
    *_phones(),
    *_pages(),
    *_stale(),
)
