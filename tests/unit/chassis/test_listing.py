"""Lists in pages: by number, and by the token that continues them."""

from uuid import UUID

import pytest

from services.chassis import listing
from services.chassis.caller import Caller, Role
from services.chassis.errors import Refusal
from services.chassis.listing import Pagination, Paging
from services.chassis.pages import PageTokens

TOKENS = PageTokens("a secret of at least 32 characters")
ANA = Caller(UUID(int=1), UUID(int=2), Role.CLIENT_ADMIN)
BEN = Caller(UUID(int=1), UUID(int=3), Role.CLIENT_ADMIN)
ROW = UUID(int=7)


@pytest.mark.parametrize(
    ("page", "size", "offset"), [(0, 25, 0), (1, 25, 0), (3, 25, 50), (100, 100, 9900)]
)
def test_a_page_number_is_an_offset(page: int, size: int, offset: int) -> None:
    assert listing.start(TOKENS, ANA, "all", Paging(page, size)).offset == offset


@pytest.mark.parametrize(
    ("page", "size", "reason"),
    [(-1, 25, "INVALID_PAGE"), (401, 25, "PAGE_TOO_DEEP"), (101, 100, "PAGE_TOO_DEEP")],
)
def test_pages_reach_10000_rows_deep(page: int, size: int, reason: str) -> None:
    """M-13; ruling 3."""
    with pytest.raises(Refusal) as refused:
        listing.start(TOKENS, ANA, "all", Paging(page, size))

    assert refused.value.reason == reason


def test_a_token_continues_behind_the_last_row_with_the_total_of_the_first_page() -> None:
    shown, last = listing.cut(["a", "b", "c"], first := listing.start(TOKENS, ANA, "all", _two()))
    place = listing.finish(TOKENS, first, ("b", str(ROW)), 240)

    begun = listing.start(TOKENS, ANA, "all", _two(place.next_page_token))

    assert (list(shown), last) == (["a", "b"], "b")
    assert (begun.page, begun.total, begun.after_row) == (2, 240, ("b", ROW))


def test_the_last_page_has_no_token() -> None:
    begun = listing.start(TOKENS, ANA, "all", _two())

    assert listing.cut(["a", "b"], begun)[1] is None
    assert listing.finish(TOKENS, begun, None, 2).next_page_token == ""


@pytest.mark.parametrize(("caller", "order"), [(BEN, "all"), (ANA, "active")])
def test_a_token_belongs_to_its_caller_and_question(caller: Caller, order: str) -> None:
    first = listing.start(TOKENS, ANA, "all", _two())
    token = listing.finish(TOKENS, first, ("b", str(ROW)), 240).next_page_token

    with pytest.raises(Refusal) as refused:
        listing.start(TOKENS, caller, order, _two(token))

    assert refused.value.reason == "INVALID_PAGE_TOKEN"


def test_a_page_number_and_a_token_contradict_each_other() -> None:
    with pytest.raises(Refusal) as refused:
        listing.start(TOKENS, ANA, "all", Paging(2, 2, "token"))

    assert refused.value.reason == "CONTRADICTION"


@pytest.mark.parametrize(("total", "pages"), [(0, 0), (1, 1), (25, 1), (26, 2)])
def test_the_last_page_may_be_short(total: int, pages: int) -> None:
    assert Pagination(1, 25, total).total_pages == pages


def _two(token: str = "") -> Paging:
    return Paging(size=2, token=token)
