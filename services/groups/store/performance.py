"""How the calls to groups went, kept beside them as analytics last announced it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from services.chassis import db
from services.chassis.db import Transaction
from services.groups.domain.groups import Calls

# Rows are locked in the order of their numbers, as everybody does who locks several.
_KEEP = db.compiled(
    text(
        """
        with told as (
            select groups.group_no, given.total, given.answered, given.confirmed
            from groups join unnest(cast(:ids as uuid[]), cast(:totals as integer[]),
                                    cast(:answers as integer[]), cast(:confirmations as integer[]))
                as given (id, total, answered, confirmed) on given.id = groups.id
            where (groups.total_calls, groups.answered_calls, groups.confirmed_calls)
                is distinct from (given.total, given.answered, given.confirmed)
            order by groups.group_no
            for update of groups
        )
        update groups set total_calls = told.total, answered_calls = told.answered,
                          confirmed_calls = told.confirmed
        from told where told.group_no = groups.group_no
        """
    )
)


async def keep(tx: Transaction, calls: Mapping[UUID, Calls]) -> None:
    """Replaces what was known of the groups; their versions and times of change stay."""
    await tx.execute(
        _KEEP,
        ids=list(calls),
        totals=[each.total for each in calls.values()],
        answers=[each.answered for each in calls.values()],
        confirmations=[each.confirmed for each in calls.values()],
    )
