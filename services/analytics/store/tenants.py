"""What is known of the tenant itself, and how fresh everything is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from services.analytics.domain.facts import Profile
from services.chassis import db
from services.chassis.db import Transaction

_PROFILE = db.compiled(
    text("select timezone, currency, average_appointment_value from tenant_profiles")
)
# `least` passes over null: a source that was never heard stays unknown.
_POSITIONS = db.compiled(
    text(
        """
        select source, case when seen_until is not null then least(seen_until, parked) end
            as seen_until
        from feed_positions
        left join (select source, min(at) as parked from parked_events group by source) as waiting
            using (source)
        """
    )
)


@dataclass(frozen=True, slots=True)
class _Position:
    source: str
    seen_until: datetime | None


async def profile(tx: Transaction) -> Profile | None:
    """The tenant's profile, once it is known."""
    return await tx.fetch_one(Profile, _PROFILE)


async def seen_until(tx: Transaction, sources: Sequence[str]) -> datetime | None:
    """Before which moment nothing is missing from any source; None while one was never heard.

    A change of the tenant that was set aside is missing.
    """
    rows = await tx.fetch_all(_Position, _POSITIONS)
    known = {row.source: row.seen_until for row in rows}
    moments = [known.get(source) for source in sources]
    return None if None in moments else min(each for each in moments if each)
