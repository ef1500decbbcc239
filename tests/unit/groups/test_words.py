"""What people read: activity, messages, audit values."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.groups.domain import activity, audit, members, performance
from services.groups.domain.groups import Activity

NOW = datetime(2026, 9, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("what", "count", "said"),
    [
        (activity.CREATED, 0, "Group created"),
        (activity.EDITED, 0, "Group details changed"),
        (activity.ADDED, 1, "1 contact added"),
        (activity.REMOVED, 12, "12 contacts removed"),
    ],
)
def test_activity_is_said_in_words(what: str, count: int, said: str) -> None:
    """G-11."""
    assert activity.sentence(Activity(NOW, what, count)) == said


def test_undoing_ends_after_real_minutes() -> None:
    """Ruling 7: at a scale of 100, fifteen real minutes are 25 virtual hours."""
    assert members.undo_until(NOW, 15, 1) == NOW + timedelta(minutes=15)
    assert members.undo_until(NOW, 15, 100) == NOW + timedelta(hours=25)


@pytest.mark.parametrize(("part", "whole", "rate"), [(1, 3, 33.33), (2, 2, 100), (0, 0, None)])
def test_a_rate_is_percent_or_nothing(part: int, whole: int, rate: float | None) -> None:
    assert performance.percent(part, whole) == rate


@pytest.mark.parametrize(
    ("value", "stored", "read"),
    [
        ("VIP", "VIP", "VIP"),
        (None, None, None),
        (True, True, "true"),
        (7, 7, "7"),
        (NOW, "2026-09-15 13:00:00+00:00", "2026-09-15 13:00:00+00:00"),
        (frozenset({UUID(int=2), UUID(int=1)}), [str(UUID(int=1)), str(UUID(int=2))], None),
    ],
)
def test_audit_values_are_stored_and_read(value: Any, stored: Any, read: str | None) -> None:
    assert audit.storable(value) == stored
    assert audit.readable(stored) == (read or (stored and ", ".join(stored)))
