"""Groups and sums that show only what matters."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from services.analytics.domain.comparison import Measured
from services.analytics.domain.groups import Group, Visibility
from services.analytics.domain.tallies import Appointments, Calls, Members, People, Tally

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)


def group(name: str = "VIP", **told: Any) -> Group:
    usual = Group(
        id=uuid5(NAMESPACE_OID, name),
        name=name,
        description=None,
        color="#3B82F6",
        icon=None,
        visibility=Visibility.ALL_STAFF,
        permitted_users=(),
        archived=False,
        created_at=NINE,
    )
    return replace(usual, **told)


def tally(
    calls: Calls | None = None,
    *,
    people: People | None = None,
    members: Members | None = None,
) -> Tally:
    return Tally(
        calls=calls or Calls(),
        people=people or People(),
        members=members or Members(),
        appointments=Appointments(),
        statuses={},
    )


def measured(
    name: str, *, calls: int, answered: int, confirmed: int = 0, contacted: int = 0
) -> Measured:
    """A group of a hundred members."""
    sums = Calls(total=calls, answered=answered, confirmed=confirmed)
    return Measured(group(name), tally(sums, members=Members(total=100, contacted=contacted)))
