"""Which version `If-Match` asks for."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.routes import groups
from services.chassis.errors import Invalid

_CHANGE = next(each for each in groups.ROUTES if each.method == "PATCH")


async def asked(*if_match: str) -> str:
    """The version in the message that a change of a group becomes."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"name": "VIP"}'}

    scope = {
        "type": "http",
        "method": "PATCH",
        "path_params": {"group_id": "g"},
        "query_string": b"",
        "headers": [(b"if-match", each.encode()) for each in if_match],
    }
    version: str = (await _CHANGE.values(Request(scope, receive)))["etag"]
    return version


@pytest.mark.parametrize(
    ("sent", "version"),
    [([], ""), (["*"], ""), (['"3"'], "3"), (['W/"3"'], "3"), ([' "3" '], "3")],
)
async def test_a_version_is_asked_for_unless_any_will_do(sent: list[str], version: str) -> None:
    assert await asked(*sent) == version


@pytest.mark.parametrize(
    "sent",
    [[""], ['""'], ["3"], ['"3'], ['"3", "4"'], ['"3"', '"4"'], ['"3", *'], ["*, *"], ['W/""']],
)
async def test_what_is_no_single_version_is_refused_and_changes_nothing(sent: list[str]) -> None:
    """RFC 9110, 13.1.1: an empty version never means any."""
    with pytest.raises(Invalid) as refusal:
        await asked(*sent)

    assert refusal.value.facts["field"] == "If-Match"
