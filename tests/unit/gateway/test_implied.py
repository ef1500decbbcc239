"""What a path implies can't be sent to it."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.routes import contacts
from services.chassis.errors import Invalid

_UNGROUPED = next(each for each in contacts.ROUTES if each.path == "/contacts/ungrouped")


async def values(query: str) -> dict[str, object]:
    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path_params": {},
        "query_string": query.encode(),
        "headers": [],
    }
    return await _UNGROUPED.values(Request(scope, receive))


async def test_the_ungrouped_are_in_no_group() -> None:
    """F-12."""
    asked = await values("search=anna&none=g")

    assert asked == {
        "include_ungrouped": True,
        "group_ids": [],
        "any": [],
        "all": [],
        "search": "anna",
        "none": ["g"],
    }


@pytest.mark.parametrize("field", ["group_ids", "any", "all", "include_ungrouped"])
async def test_no_group_can_be_asked_for_among_the_ungrouped(field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await values(f"{field}=x")

    assert (refusal.value.reason, refusal.value.facts["field"]) == ("UNKNOWN_FIELD", field)
