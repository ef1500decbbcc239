"""What was last announced of each group."""

from collections.abc import Sequence

from sqlalchemy import text

from services.analytics.domain.events import GroupPerformanceChanged
from services.chassis import db
from services.chassis.db import Transaction

_ALL = db.compiled(
    text(
        """
        select group_id, total_calls, answered_calls, confirmed_calls, performance_score
        from announced order by group_id
        """
    )
)
_KEEP = db.compiled(
    text(
        """
        insert into announced
            (group_id, total_calls, answered_calls, confirmed_calls, performance_score)
        select * from unnest(cast(:groups as uuid[]), cast(:total as int[]),
                             cast(:answered as int[]), cast(:confirmed as int[]),
                             cast(:scores as double precision[]))
        on conflict (tenant_id, group_id) do update
        set total_calls = excluded.total_calls, answered_calls = excluded.answered_calls,
            confirmed_calls = excluded.confirmed_calls,
            performance_score = excluded.performance_score
        """
    )
)


async def everything(tx: Transaction) -> list[GroupPerformanceChanged]:
    """The tenant's groups as they were last announced."""
    return await tx.fetch_all(GroupPerformanceChanged, _ALL)


async def keep(tx: Transaction, events: Sequence[GroupPerformanceChanged]) -> None:
    """Remembers what is announced now."""
    await tx.execute(
        _KEEP,
        groups=[each.group_id for each in events],
        total=[each.total_calls for each in events],
        answered=[each.answered_calls for each in events],
        confirmed=[each.confirmed_calls for each in events],
        scores=[each.performance_score for each in events],
    )
