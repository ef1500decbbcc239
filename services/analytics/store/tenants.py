"""What is known of the tenant itself, and how fresh everything is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.analytics.domain.facts import Profile
from services.chassis import db
from services.chassis.db import Transaction

_PROFILE = db.compiled(
    text("select timezone, currency, average_appointment_value from tenant_profiles")
)
_EVERYONE = db.compiled(text("select tenant_id from tenants order by tenant_id"))
_POSITIONS = db.compiled(text("select source, seen_until from feed_positions"))


@dataclass(frozen=True, slots=True)
class _Position:
    source: str
    seen_until: datetime | None


async def profile(tx: Transaction) -> Profile | None:
    """The tenant's profile, once it is known."""
    return await tx.fetch_one(Profile, _PROFILE)


async def everyone(tx: Transaction) -> list[UUID]:
    """The ids of all tenants."""
    return await tx.fetch_values(_EVERYONE)


async def seen_until(tx: Transaction, sources: Sequence[str]) -> datetime | None:
    """Before which moment nothing is missing from any source; None while one was never heard."""
    rows = await tx.fetch_all(_Position, _POSITIONS)
    known = {row.source: row.seen_until for row in rows}
    moments = [known.get(source) for source in sources]
    return None if None in moments else min(each for each in moments if each)
