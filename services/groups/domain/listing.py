"""What lists of groups can be sorted and filtered by."""

from dataclasses import dataclass
from enum import StrEnum

from services.chassis import texts
from services.groups.domain import groups, searching
from services.groups.domain.visibility import Visibility


class GroupSort(StrEnum):
    """What the list of groups can be sorted by."""

    NAME = "name"
    MEMBER_COUNT = "member_count"
    RECENT_ACTIVITY = "recent_activity"
    PERFORMANCE = "performance"
    CREATED_AT = "created_at"


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """Which groups are listed; None asks for all."""

    search: str = ""
    color: str | None = None
    visibility: Visibility | None = None
    include_archived: bool = False


def group_filter(
    search: str, color: str, visibility: Visibility | None, *, include_archived: bool
) -> GroupFilter:
    """The filter, each value by its rule."""
    return GroupFilter(
        texts.line(search, "search", limit=searching.LENGTH),
        groups.to_color(color) if color else None,
        visibility,
        include_archived,
    )
