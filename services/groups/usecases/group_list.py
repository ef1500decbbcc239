"""The groups that a caller may see, in pages, with figures over all of them."""

from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.chassis import listing
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.listing import Pagination, Paging, Start
from services.chassis.pages import Key, PageTokens
from services.groups.domain.groups import Group, Stats
from services.groups.domain.listing import GroupFilter, GroupSort
from services.groups.store import groups_list as store

ACTIVE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ListGroups:
    """Which groups are asked for, and in which order."""

    filter: GroupFilter
    sort: GroupSort = GroupSort.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A page of groups and the figures over all of them."""

    groups: tuple[Group, ...]
    pagination: Pagination
    stats: Stats


async def list_groups(
    db: Database, caller: Caller, tokens: PageTokens, order: ListGroups, paging: Paging
) -> GroupPage:
    """A page of visible groups; the figures are found once, and carried from page to page."""
    begun = listing.start(tokens, caller, order, paging)
    async with db.transaction(caller) as tx:
        total = begun.total if begun.total is not None else await store.count(tx, order.filter)
        rows = await store.page(
            tx,
            order.filter,
            order.sort,
            begun.size + 1,
            descending=order.descending,
            after=begun.after_row,
            offset=begun.offset,
        )
        shown, last = listing.cut(rows, begun)
        stats = _told(begun) or await store.stats(tx, tx.now - ACTIVE)
        mark = (last[1], str(last[0].id), *_carried(stats)) if last else None
        pagination = listing.finish(tokens, begun, mark, total)
        return GroupPage(tuple(group for group, _ in shown), pagination, stats)


def _carried(stats: Stats) -> tuple[Key, ...]:
    return tuple(str(value) if isinstance(value, UUID) else value for value in astuple(stats))


def _told(begun: Start) -> Stats | None:
    """The figures that the page before told."""
    if begun.after is None:
        return None
    told: dict[str, Any] = dict(zip(Stats.__slots__, begun.after[2:], strict=True))
    active = told["most_active_id"]
    return Stats(**told | {"most_active_id": UUID(active) if active else None})
