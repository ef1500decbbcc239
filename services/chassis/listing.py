"""Lists in pages: where a page begins, and the token that leads to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from services.chassis import errors, pages
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
    total_is_capped: bool = False

    @property
    def total_pages(self) -> int:
        return -(-self.total // self.page_size)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page begins: behind a row of the page before, or at an offset."""

    query: bytes
    page: int
    size: int
    offset: int = 0
    before: Position | None = None

    @property
    def total(self) -> int | None:
        """The total, once it was counted."""
        return self.before.total if self.before else None

    @property
    def after(self) -> tuple[Key, ...] | None:
        """What the page before ended with."""
        return self.before.after if self.before else None

    @property
    def after_row(self) -> tuple[Key, UUID] | None:
        """The sort key and the id of the row that the page before ended with."""
        return (self.before.after[0], UUID(str(self.before.after[1]))) if self.before else None


def start(tokens: PageTokens, caller: Caller, order: object, asked: Paging) -> Start:
    """Reads what is asked; a token of another caller or question is refused."""
    size = pages.size(asked.size)
    query = f"{caller.tenant_id}/{caller.person_id}/{caller.role}/{order!r}".encode()
    if not asked.token:
        return Start(query, max(asked.page, 1), size, _offset(asked.page, size))
    if asked.page:
        raise errors.contradiction("page", "page_token")
    position = tokens.open(asked.token, query)
    return Start(query, position.page, size, before=position)


def cut(rows: Sequence[Row], begun: Start) -> tuple[Sequence[Row], Row | None]:
    """The rows of the page, and its last one if the list goes on behind it."""
    shown = rows[: begun.size]
    return shown, shown[-1] if len(rows) > begun.size else None


def finish(
    tokens: PageTokens,
    begun: Start,
    after: tuple[Key, ...] | None,
    total: int,
    *,
    capped: bool = False,
) -> Pagination:
    """The page's place, with a token behind its last row if the list goes on."""
    token = ""
    if after is not None:
        token = tokens.seal(begun.query, Position(after, total, capped, begun.page + 1))
    return Pagination(begun.page, begun.size, total, token, capped)


def _offset(page: int, size: int) -> int:
    """How many rows stand before a page; pages that reach too deep are refused."""
    if page < 0:
        raise errors.page_invalid()
    if page * size > DEEPEST:
        raise errors.page_too_deep(DEEPEST)
    return (max(page, 1) - 1) * size
