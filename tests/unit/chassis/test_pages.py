"""Page tokens: sealed, bound to their question, sizes clamped."""

import pytest

from services.chassis import pages
from services.chassis.errors import Invalid
from services.chassis.pages import PageTokens, Position

TOKENS = PageTokens("a secret of at least 32 characters")
POSITION = Position(after=("Ana", 17, None), total=240, capped=True, page=3)


def test_a_token_brings_back_the_position_it_was_made_of() -> None:
    token = TOKENS.seal(b"members of group 1", POSITION)

    assert TOKENS.open(token, b"members of group 1") == POSITION


def test_a_token_is_refused_for_another_question() -> None:
    token = TOKENS.seal(b"members of group 1", POSITION)

    with pytest.raises(Invalid, match="does not belong"):
        TOKENS.open(token, b"members of group 2")


@pytest.mark.parametrize("token", ["", "x", "not base64 \u00e9", "QUJD" * 20])
def test_a_token_that_was_not_made_here_is_refused(token: str) -> None:
    with pytest.raises(Invalid) as refused:
        TOKENS.open(token, b"members of group 1")

    assert refused.value.reason == "INVALID_PAGE_TOKEN"


def test_one_altered_character_spoils_a_token() -> None:
    token = TOKENS.seal(b"members of group 1", POSITION)
    altered = ("B" if token[0] == "A" else "A") + token[1:]

    with pytest.raises(Invalid):
        TOKENS.open(altered, b"members of group 1")


@pytest.mark.parametrize(
    ("asked", "given"), [(0, 25), (1, 1), (100, 100), (101, 100), (10**9, 100)]
)
def test_page_sizes_are_clamped(asked: int, given: int) -> None:
    assert pages.size(asked) == given


def test_a_negative_page_size_is_refused_with_its_field_and_limit() -> None:
    with pytest.raises(Invalid) as refused:
        pages.size(-1)

    assert refused.value.facts == {"field": "page_size", "limit": "100"}
