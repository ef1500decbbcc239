"""The search for planted words, in every form that they can take."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.support.canaries import Canaries, Leak

NAME = "Zoë O'Canary-Smith"
PHONE = "+1 (212) 555-0173"


@pytest.mark.parametrize(
    "content",
    [
        NAME.encode(),
        NAME.upper().encode(),
        f"search={quote(NAME)}&page=1".encode(),
        json.dumps({"name": NAME}).encode(),
        *(base64.b64encode(b"{" * lead + NAME.encode() + b"}}") for lead in range(3)),
    ],
)
def test_a_name_is_found_however_it_is_written(content: bytes) -> None:
    found = Canaries([NAME]).leaks("here", b"noise", b"before " + content + b" behind")

    assert list(found) == [Leak("here", NAME)]


def test_a_phone_is_found_by_its_digits() -> None:
    assert list(Canaries([PHONE]).leaks("here", b'{"to":"+12125550173"}'))


def test_what_is_not_there_is_not_found() -> None:
    assert not list(Canaries([NAME, PHONE]).leaks("here", b"Zoe Canary, 2125550174"))
