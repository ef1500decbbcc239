"""Where a page stands in its list."""

from dataclasses import dataclass

from services.groups.domain import errors

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


def offset(page: int, size: int) -> int:
    """How many rows stand before a page; pages that reach too deep are refused."""
    if page < 0:
        raise errors.page_invalid()
    if page * size > DEEPEST:
        raise errors.page_too_deep(DEEPEST)
    return (max(page, 1) - 1) * size
