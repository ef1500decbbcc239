"""Pages of a list: where a page begins, and the token that leads to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.campaigns.domain import errors
from services.chassis import pages
from services.chassis.caller import Caller
from services.chassis.pages import Key, PageTokens, Position

Row = TypeVar("Row")
DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class Paging:
    """What is asked: a page by its number, or the continuation of a listing."""

    page: int = 0
    size: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class Pagination:
    """What is answered beside the rows."""

    current_page: int
    page_size: int
    total: int
    next_page_token: str = ""

    @property
    def total_pages(self) -> int:
        return -(-self.total // self.page_size)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page begins: behind a row, or at an offset; the total once it was counted."""

    query: bytes
    page: int
    size: int
    offset: int = 0
    after: tuple[Key, ...] | None = None
    total: int | None = None


def start(tokens: PageTokens, caller: Caller, order: object, asked: Paging) -> Start:
    """Reads what is asked; a token of another caller or question is refused."""
    size = pages.size(asked.size)
    query = f"{caller.tenant_id}/{caller.person_id}/{caller.role}/{order!r}".encode()
    if asked.token:
        position = tokens.open(asked.token, query)
        return Start(query, position.page, size, after=position.after, total=position.total)
    if asked.page < 0:
        raise errors.page_invalid()
    if asked.page * size > DEEPEST:
        raise errors.page_too_deep(DEEPEST)
    number = max(asked.page, 1)
    return Start(query, number, size, (number - 1) * size)


def cut(rows: Sequence[Row], begun: Start) -> tuple[Sequence[Row], Row | None]:
    """The rows of the page, and its last one if the list goes on behind it."""
    shown = rows[: begun.size]
    return shown, shown[-1] if len(rows) > begun.size else None


def finish(
    tokens: PageTokens, begun: Start, after: tuple[Key, ...] | None, total: int
) -> Pagination:
    """The page's place, with a token behind its last row if the list goes on."""
    token = ""
    if after is not None:
        token = tokens.seal(begun.query, Position(after, total, page=begun.page + 1))
    return Pagination(begun.page, begun.size, total, token)
