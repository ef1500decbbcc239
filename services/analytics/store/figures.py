"""Reads figures from the sums: no statement here looks at a call, a contact or a membership."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from services.analytics.domain import groups
from services.analytics.domain.comparison import Measured
from services.analytics.domain.groups import Group, Visibility
from services.analytics.domain.growth import Day
from services.analytics.domain.hours import Hour
from services.analytics.domain.periods import Period
from services.analytics.domain.tallies import Appointments, Calls, Members, People, Tally, Totals
from services.chassis import db
from services.chassis.caller import Caller
from services.chassis.db import Transaction

_MEASURED = """
select
    groups.id, name, description, color, icon, visibility, permitted_users, archived, created_at,
    coalesce(made.total, 0) as calls, coalesce(made.answered, 0) as answered,
    coalesce(made.confirmed, 0) as confirmed, coalesce(made.cancelled, 0) as cancelled,
    coalesce(made.retries, 0) as retries, coalesce(made.with_duration, 0) as with_duration,
    coalesce(made.seconds, 0) as seconds, coalesce(made.positive, 0) as positive,
    coalesce(made.negative, 0) as negative, coalesce(made.with_mood, 0) as with_mood,
    coalesce(reach.called, 0) as people_called, coalesce(reach.answered, 0) as people_answered,
    coalesce(now.members, 0) as members, coalesce(now.scheduled, 0) as with_appointment,
    coalesce(coverage.members, 0) as contacted,
    coalesce(booked.total, 0) as appointments, coalesce(booked.kept, 0) as appointments_kept,
    coalesce(booked.cancelled, 0) as appointments_cancelled,
    coalesce(now.statuses, '{}') as statuses,
    (select max(at) from group_hours as hours
     where hours.group_id = groups.id and hours.calls > 0) as last_call_at
from groups
left join (
    select group_id, sum(calls) as total, sum(answered) as answered, sum(confirmed) as confirmed,
           sum(cancelled) as cancelled, sum(retries) as retries,
           sum(with_duration) as with_duration, sum(seconds)::bigint as seconds,
           sum(positive) as positive, sum(negative) as negative, sum(with_mood) as with_mood
    from group_days where day between :first and :last group by group_id
) as made on made.group_id = groups.id
left join (
    select group_id, sum(called) as called, sum(answered) as answered
    from group_reach where day between :first and :last group by group_id
) as reach on reach.group_id = groups.id
left join (
    select group_id, sum(members) as members
    from group_coverage where day between :first and :last group by group_id
) as coverage on coverage.group_id = groups.id
left join (
    select group_id, sum(members) as total,
           sum(members) filter (where status in ('confirmed', 'completed')) as kept,
           sum(members) filter (where status = 'cancelled') as cancelled
    from group_appointments where day between :first and :last group by group_id
) as booked on booked.group_id = groups.id
left join (
    select group_id, sum(members)::int as members, sum(scheduled)::int as scheduled,
           jsonb_object_agg(status, members) filter (where members > 0) as statuses
    from (
        select group_id, status, sum(members) as members,
               sum(members) filter (where has_appointment) as scheduled
        from group_members group by group_id, status
    ) as by_status
    group by group_id
) as now on now.group_id = groups.id
where deleted_at is null
  and (:sees_all or visibility = 'all_staff'
       or (visibility = 'custom' and :viewer = any(permitted_users)))
"""
_ALL = db.compiled(text(f"{_MEASURED} order by name, groups.id"))
_ONE = db.compiled(text(f"{_MEASURED} and groups.id = :group_id"))
_TOTALS = db.compiled(
    text(
        """
        select coalesce(sum(calls), 0)::int as total, coalesce(sum(answered), 0)::int as answered,
               coalesce(sum(confirmed), 0)::int as confirmed,
               coalesce(sum(in_no_group), 0)::int as in_no_group,
               coalesce(sum(in_several), 0)::int as in_several
        from tenant_days where day between :first and :last
        """
    )
)
_BEFORE = db.compiled(
    text(
        """
        select coalesce(sum(joined - "left"), 0)::int from group_growth
        where group_id = :group_id and day < :first
        """
    )
)
_GROWTH = db.compiled(
    text(
        """
        select day, joined, "left" from group_growth
        where group_id = :group_id and day between :first and :last
        """
    )
)
_HOURS = db.compiled(
    text(
        """
        select at, calls, answered from group_hours
        where group_id = :group_id and calls > 0 and at >= :since
        """
    )
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    name: str
    description: str | None
    color: str
    icon: str | None
    visibility: str
    permitted_users: Sequence[UUID]
    archived: bool
    created_at: datetime
    calls: int
    answered: int
    confirmed: int
    cancelled: int
    retries: int
    with_duration: int
    seconds: int
    positive: int
    negative: int
    with_mood: int
    people_called: int
    people_answered: int
    members: int
    with_appointment: int
    contacted: int
    appointments: int
    appointments_kept: int
    appointments_cancelled: int
    statuses: dict[str, int]
    last_call_at: datetime | None


@dataclass(frozen=True, slots=True)
class _GrowthRow:
    day: date
    joined: int
    left: int


async def of_all(tx: Transaction, period: Period) -> list[Measured]:
    """Every group that the caller may see, by name."""
    rows = await tx.fetch_all(_Row, _ALL, **_days(period), **_eyes(tx.caller))
    return [_measured(row) for row in rows]


async def of_one(tx: Transaction, group_id: UUID, period: Period) -> Measured | None:
    """The group, if the caller may see it."""
    values = _days(period) | _eyes(tx.caller)
    row = await tx.fetch_one(_Row, _ONE, group_id=group_id, **values)
    return _measured(row) if row else None


async def totals(tx: Transaction, period: Period) -> Totals:
    """The tenant's calls, each once."""
    return await tx.fetch_one(Totals, _TOTALS, **_days(period)) or Totals()


async def size_before(tx: Transaction, group_id: UUID, period: Period) -> int:
    """How many members the group had when the period began."""
    size: int = await tx.fetch_value(_BEFORE, group_id=group_id, first=period.first)
    return size


async def growth(tx: Transaction, group_id: UUID, period: Period) -> dict[date, Day]:
    """The days of the period on which anybody joined or left."""
    rows = await tx.fetch_all(_GrowthRow, _GROWTH, group_id=group_id, **_days(period))
    return {row.day: Day(row.joined, row.left) for row in rows}


async def hours(tx: Transaction, group_id: UUID, since: datetime) -> list[Hour]:
    """The hours with calls, from a moment on."""
    return await tx.fetch_all(Hour, _HOURS, group_id=group_id, since=since)


def _days(period: Period) -> dict[str, object]:
    return {"first": period.first, "last": period.last}


def _eyes(caller: Caller) -> dict[str, object]:
    return {"sees_all": groups.sees_all(caller), "viewer": caller.person_id}


def _measured(row: _Row) -> Measured:
    group = Group(
        id=row.id,
        name=row.name,
        description=row.description,
        color=row.color,
        icon=row.icon,
        visibility=Visibility(row.visibility),
        permitted_users=tuple(row.permitted_users),
        archived=row.archived,
        created_at=row.created_at,
    )
    return Measured(group, _tally(row))


def _tally(row: _Row) -> Tally:
    return Tally(
        calls=Calls(
            total=row.calls,
            answered=row.answered,
            confirmed=row.confirmed,
            cancelled=row.cancelled,
            retries=row.retries,
            with_duration=row.with_duration,
            seconds=row.seconds,
            positive=row.positive,
            negative=row.negative,
            with_mood=row.with_mood,
        ),
        people=People(row.people_called, row.people_answered),
        members=Members(row.members, row.with_appointment, row.contacted),
        appointments=Appointments(
            row.appointments, row.appointments_kept, row.appointments_cancelled
        ),
        statuses=row.statuses,
        last_call_at=row.last_call_at,
    )
