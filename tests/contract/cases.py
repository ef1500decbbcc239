"""A request for every route of groups: how it is asked, and the shape that answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.contract import shapes
from tests.contract.kinds import Shape
from tests.contract.scene import CSV


@dataclass(frozen=True)
class Case:
    """A request. Names in braces are things of the scene; `where` says which one if not its own.

    `filled` are parts of the answer that hold something here and not null or nothing.
    """

    method: str
    route: str
    shape: Shape
    status: int = 200
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    file: bytes = b""
    filled: Sequence[str] = ()
    asks: str = "admin"

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"


GROUPS = (
    Case(
        "GET",
        "/groups",
        shapes.GROUPS,
        query={"sort_by": "performance", "sort_direction": "desc", "page_size": 2},
        filled=(
            "groups.0.performance.answer_rate",
            "groups.0.performance.confirmation_rate",
            "groups.0.last_activity",
            "pagination.next_page_token",
            "stats.most_active_group",
        ),
    ),
    Case(
        "POST", "/groups", shapes.GROUP, 201, {"name": "New", "initial_contact_ids": ["{leaver}"]}
    ),
    Case("GET", "/groups/{group_id}", shapes.GROUP, filled=("description", "icon", "performance")),
    Case(
        "PATCH",
        "/groups/{group_id}",
        shapes.GROUP,
        body={"name": "Very important", "description": None},
        where={"group_id": "regulars"},
    ),
    Case(
        "DELETE",
        "/groups/{group_id}",
        shapes.GROUP_DELETED,
        body={"confirm_name": "Doomed"},
        where={"group_id": "doomed"},
    ),
    Case("GET", "/groups/{group_id}/activity", shapes.AUDIT, filled=("entries.0.group_id",)),
    Case(
        "GET",
        "/audit",
        shapes.AUDIT,
        query={"page_size": 2},
        filled=("entries.0", "pagination.next_page_token"),
    ),
)
_MEMBERS = {
    "shape": shapes.MEMBERS,
    "query": {
        "sort_by": "call_attempts",
        "sort_direction": "descending",
        "search": "555",
        "page_size": 2,
    },
    "filled": (
        "group_info.description",
        "members.0.email",
        "members.0.appointment_time",
        "members.0.call_success_rate",
        "members.0.consent",
        "filters_applied.search_term",
        "pagination.next_page_token",
    ),
}
MEMBERS = (
    Case("GET", "/groups/{group_id}/members", **_MEMBERS),  # type: ignore[arg-type]
    Case("GET", "/groups/{group_id}/contacts", **_MEMBERS),  # type: ignore[arg-type]
    Case(
        "POST",
        "/groups/{group_id}/members/add",
        shapes.MEMBERS_ADDED,
        body=["{newcomer}"],
    ),
    Case(
        "POST",
        "/groups/{group_id}/members/bulk-add",
        shapes.MEMBERS_ADDED,
        body={
            "contact_ids": ["{leaver}", "{group_id}"],
            "skip_rejected": True,
        },
        where={"group_id": "regulars"},
        filled=("rejected.0",),
    ),
    Case(
        "POST",
        "/groups/{group_id}/members/bulk-remove",
        shapes.MEMBERS_REMOVED,
        body={"contact_ids": ["{newcomer}", "{contact_id}"], "reason": "moved away"},
        where={"group_id": "regulars"},
        filled=("rejected.0",),
    ),
    Case(
        "DELETE",
        "/groups/{group_id}/members/{contact_id}",
        shapes.MEMBER_REMOVED,
        where={"contact_id": "leaver"},
    ),
)
_FOUND = (
    "contacts.0.email",
    "contacts.0.consents.0",
    "contacts.0.call_success_rate",
    "contacts.0.groups.0.description",
    "contacts.0.group_ids.0",
)
CONTACTS = (
    Case("GET", "/contacts", shapes.CONTACTS, query={"search": "Anna"}, filled=_FOUND),
    Case(
        "GET",
        "/contacts/by-groups",
        shapes.CONTACTS,
        query={"group_ids": ["{group_id}"], "filter_logic": "and", "search": "anna"},
        filled=(*_FOUND, "filters_applied.group_ids.0", "filters_applied.search_term"),
    ),
    Case("GET", "/contacts/ungrouped", shapes.CONTACTS),
    Case(
        "POST",
        "/contacts",
        shapes.CONTACT,
        201,
        {
            "name": "Nina New",
            "phone": "(212) 555-0188",
            "attributes": {"tier": "gold"},
            "group_ids": ["{regulars}"],
            "consent_basis": "written",
            "consent_source": "form",
        },
        filled=("attributes.tier", "consents.0", "groups.0"),
    ),
    Case(
        "POST",
        "/contacts/select",
        shapes.SELECTED,
        body={"selection": {"any": ["{group_id}"]}},
        filled=("sample.0",),
    ),
    Case("GET", "/contacts/{contact_id}", shapes.CONTACT, filled=("appointment_time", "groups.0")),
    Case("PATCH", "/contacts/{contact_id}", shapes.CONTACT, body={"owner_name": None}),
    Case(
        "PUT",
        "/contacts/{contact_id}/groups",
        shapes.CONTACT_GROUPS,
        body={"group_ids": ["{regulars}", "{group_id}"]},
        where={"contact_id": "newcomer"},
        filled=("groups.0",),
    ),
    Case(
        "POST",
        "/contacts/{contact_id}/consents",
        shapes.CONSENT,
        201,
        {"channel": "voice", "purpose": "appointments", "basis": "written", "source": "form"},
    ),
    Case(
        "DELETE",
        "/contacts/{contact_id}/consents/{consent_id}",
        shapes.CONSENT,
        where={"contact_id": "consented"},
        filled=("revoked_at",),
    ),
    Case(
        "POST", "/contacts/import", shapes.IMPORT, file=CSV, query={"mapping": '{{"name":"name"}}'}
    ),
    Case("GET", "/imports/{import_id}", shapes.IMPORT),
)
PEOPLE = (
    Case("GET", "/me", shapes.PERSON),
    Case("GET", "/people", shapes.PEOPLE, filled=("people.0",)),
    Case(
        "PUT",
        "/people/{person_id}",
        shapes.PERSON,
        body={"name": "Pat Person", "role": "client_user"},
        where={"person_id": "contact_id"},
    ),
    Case("GET", "/tenant", shapes.TENANT),
    Case("PATCH", "/tenant", shapes.TENANT, body={"currency": "EUR"}, filled=("updated_at",)),
    Case(
        "POST",
        "/tenants",
        shapes.TENANT,
        201,
        {"id": "{contact_id}", "name": "Studio", "business_type": "salon", "timezone": "UTC"},
        asks="root",
        filled=("created_at",),
    ),
)
CASES = (*GROUPS, *MEMBERS, *CONTACTS, *PEOPLE)
