"""What the analytics context announces to the other contexts."""

from dataclasses import dataclass
from uuid import UUID

from services.analytics.domain.comparison import Measured


@dataclass(frozen=True, slots=True)
class GroupPerformanceChanged:
    """How the calls to a group went in the usual period, after it changed."""

    group_id: UUID
    total_calls: int
    answered_calls: int
    confirmed_calls: int
    performance_score: float | None

    @staticmethod
    def of(measured: Measured) -> "GroupPerformanceChanged":
        calls, score = measured.tally.calls, measured.score
        return GroupPerformanceChanged(
            measured.group.id,
            calls.total,
            calls.answered,
            calls.confirmed,
            score.lower if score else None,
        )
