"""Pages of a list: where a page begins, and the token that leads to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from services.chassis import pages
from services.chassis.caller import Caller
from services.chassis.pages import Key, PageTokens, Position
from services.groups.domain import errors, paging
from services.groups.domain.paging import Pagination, Paging

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page begins: after a row of the page before, or at an offset."""

    query: bytes
    page: int
    size: int
    offset: int = 0
    before: Position | None = None

    @property
    def after(self) -> tuple[Key, UUID] | None:
        if self.before is None:
            return None
        return self.before.after[0], UUID(str(self.before.after[1]))

    @property
    def is_broad(self) -> bool | None:
        """Whether the search hits very many rows, as the first page found out."""
        return None if self.before is None else bool(self.before.after[2])


def start(tokens: PageTokens, caller: Caller, order: object, asked: Paging) -> Start:
    """Reads what is asked; a token of another caller or question is refused."""
    size = pages.size(asked.size)
    query = f"{caller.tenant_id}/{caller.person_id}/{caller.role}/{order!r}".encode()
    if not asked.token:
        return Start(query, max(asked.page, 1), size, paging.offset(asked.page, size))
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
    last: tuple[Key, UUID] | None,
    total: int,
    *,
    capped: bool = False,
    broad: bool = False,
) -> Pagination:
    """The page's place, with a token behind `last` if the list goes on."""
    token = ""
    if last is not None:
        after = (last[0], str(last[1]), int(broad))
        token = tokens.seal(begun.query, Position(after, total, capped, begun.page + 1))
    return Pagination(begun.page, begun.size, total, token, capped)
