"""A tenant as the feeds tell of it, and its sums as they stand in the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.analytics.domain.facts import Call, Contact, Fact, Mood, Moved, Profile
from services.analytics.domain.groups import Group, Visibility
from services.analytics.usecases import learning
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.ids import new_id

# Tuesday, nine in the morning in New York: what "now" is in these tests.
NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
NEW_YORK = Profile("America/New_York", "USD", 12_000)

_ROLLUPS = {
    "group_days": "calls, answered, confirmed, cancelled, retries, with_duration, seconds, "
    "positive, negative, with_mood",
    "group_hours": "calls, answered",
    "group_reach": "called, answered",
    "group_coverage": "members",
    "group_members": "members",
    "group_appointments": "members",
    "group_growth": 'joined, "left"',
    "tenant_days": "calls, answered, confirmed, in_no_group, in_several",
}

Sums = dict[str, list[tuple[str, ...]]]


@dataclass(slots=True)
class World:
    """Tells analytics facts of one tenant."""

    db: Database
    tenant_id: UUID = field(default_factory=new_id)

    @property
    def caller(self) -> Caller:
        return Caller.service(self.tenant_id)

    async def learn(self, *facts: Fact) -> None:
        """One batch of a feed."""
        async with self.db.transaction(self.caller) as tx:
            await learning.learn(tx, facts)

    async def learn_each(self, facts: Iterable[Fact]) -> None:
        """A batch for every fact."""
        for fact in facts:
            await self.learn(fact)

    async def sums(self) -> Sums:
        """Every rollup of the tenant; rows in which nothing is left don't count."""
        async with self.db.transaction(self.caller) as tx:
            return {table: await _rows(tx, table, sums) for table, sums in _ROLLUPS.items()}


async def _rows(tx: Transaction, table: str, sums: str) -> list[tuple[str, ...]]:
    nothing = " and ".join(f"{name.strip()} = 0" for name in sums.split(","))
    rows = await tx.fetch_all(dict, text(f"select * from {table} where not ({nothing})"))
    return sorted(
        tuple(f"{name}={value}" for name, value in row.items() if name != "tenant_id")
        for row in rows
    )


async def heard_of_everything(db: Database, until: datetime) -> None:
    """Says that both feeds have been followed up to a moment."""
    async with db.transaction(Caller.service(None)) as tx:
        for source in ("groups", "campaigns"):
            await tx.execute(
                text(
                    "insert into feed_positions (source, cursor, seen_until) "
                    "values (:source, 'x/1/1', :until) "
                    "on conflict (source) do update set seen_until = excluded.seen_until"
                ),
                source=source,
                until=until,
            )


def group(name: str = "VIP", **told: Any) -> Group:
    facts: dict[str, Any] = {
        "id": new_id(),
        "name": name,
        "description": None,
        "color": "#3B82F6",
        "icon": None,
        "visibility": Visibility.ALL_STAFF,
        "permitted_users": (),
        "archived": False,
        "created_at": NINE - timedelta(days=40),
    }
    return Group(**(facts | told))


def people(count: int) -> tuple[UUID, ...]:
    return tuple(new_id() for _ in range(count))


def joined(group_id: UUID, *contacts: UUID, at: datetime = NINE - timedelta(days=20)) -> Moved:
    return Moved(group_id, contacts, joined=True, at=at)


def left(group_id: UUID, *contacts: UUID, at: datetime) -> Moved:
    return Moved(group_id, contacts, joined=False, at=at)


def contact(contact_id: UUID, status: str = "pending", **told: Any) -> Contact:
    facts: dict[str, Any] = {"appointment_time": None, "deleted_at": None}
    return Contact(contact_id, status, **(facts | told))


def call(contact_id: UUID, *, at: datetime = NINE - timedelta(days=1), **told: Any) -> Call:
    facts: dict[str, Any] = {"attempt_id": new_id(), "version": 1, "counts": True}
    return Call(contact_id=contact_id, dialled_at=at, **(facts | told))


def confirming(contact_id: UUID, **told: Any) -> Call:
    usual: dict[str, Any] = {
        "answered": True,
        "confirmed": True,
        "duration_seconds": 30,
        "mood": Mood.POSITIVE,
    }
    return call(contact_id, **(usual | told))


def day(before_now: int) -> date:
    return (NINE - timedelta(days=before_now)).date()
