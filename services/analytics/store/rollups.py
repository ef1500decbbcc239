"""Adds to the sums what some contacts contribute, or takes it out again.

The sums are a function of the facts: whatever order facts come in, taking out what
contacts contributed before a change and adding what they contribute after it is exact.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.chassis import db
from services.chassis.db import Transaction

_FACTS = """
with zone as (
    select coalesce((select timezone from tenant_profiles), 'UTC') as name
), stays as (
    select contact_id, group_id, at as since, joined,
           lead(at) over history as until,
           coalesce(lag(joined) over history, false) as was_in
    from moves
    where contact_id = any(:contacts)
    window history as (partition by contact_id, group_id order by at)
), present as (
    select stays.group_id, stays.contact_id,
           coalesce(contacts.appointment_status, 'unknown') as status,
           (contacts.appointment_time at time zone zone.name)::date as appointment_day
    from stays
    cross join zone
    left join contacts on contacts.id = stays.contact_id
    where stays.joined and stays.until is null and contacts.deleted_at is null
), made as (
    select calls.*, (dialled_at at time zone zone.name)::date as day,
           date_trunc('hour', dialled_at, zone.name) as hour
    from calls
    cross join zone
    where contact_id = any(:contacts) and counts
), attributed as (
    select made.*, stays.group_id
    from made
    join stays on stays.contact_id = made.contact_id and stays.joined
        and stays.since <= made.dialled_at
        and (stays.until is null or made.dialled_at < stays.until)
), spread as (
    select made.day, made.answered, made.confirmed, count(attributed.group_id) as groups
    from made
    left join attributed using (attempt_id)
    group by made.attempt_id, made.day, made.answered, made.confirmed
)"""


def _rolled(table: str, keys: str, sums: dict[str, str], source: str) -> str:
    """A common table expression that adds grouped sums, with a sign, to a rollup."""
    values = ", ".join(f":sign * {value} as {name}" for name, value in sums.items())
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    return f"""{table}_rolled as (
    insert into {table} ({keys}, {", ".join(sums)})
    select {keys}, {values} from {source} group by {keys} order by {keys}
    on conflict (tenant_id, {keys}) do update set {added}
)"""


def _how_many(condition: str) -> str:
    return f"count(*) filter (where {condition})"


_LAST_CALLS = """
    (select group_id, contact_id, max(day) as day, false as answered from attributed
     group by group_id, contact_id
     union all
     select group_id, contact_id, max(day), true from attributed where attributed.answered
     group by group_id, contact_id) as last_calls"""
_COVERED = """
    (select present.group_id, max(made.day) as day from present
     join made on made.contact_id = present.contact_id
     group by present.group_id, present.contact_id) as covered"""
_MEMBERS = """
    (select group_id, status, appointment_day is not null as has_appointment from present
    ) as members_now"""
_APPOINTMENTS = """
    (select group_id, appointment_day as day, status from present
     where appointment_day is not null) as appointments_now"""
_CHANGES = """
    (select group_id, (since at time zone zone.name)::date as day, joined
     from stays cross join zone where joined <> was_in) as changes"""

_ROLL = db.compiled(
    text(
        ",\n".join(
            (
                _FACTS,
                _rolled(
                    "group_days",
                    "group_id, day",
                    {
                        "calls": "count(*)",
                        "answered": _how_many("answered"),
                        "confirmed": _how_many("confirmed"),
                        "cancelled": _how_many("cancelled"),
                        "retries": _how_many("is_retry"),
                        "with_duration": "count(duration_seconds)",
                        "seconds": "coalesce(sum(duration_seconds), 0)",
                        "positive": _how_many("mood = 'positive'"),
                        "negative": _how_many("mood = 'negative'"),
                        "with_mood": _how_many("mood <> ''"),
                    },
                    "attributed",
                ),
                _rolled(
                    "group_hours",
                    "group_id, at",
                    {"calls": "count(*)", "answered": _how_many("answered")},
                    "(select group_id, hour as at, answered from attributed) as by_hour",
                ),
                _rolled(
                    "group_reach",
                    "group_id, day",
                    {"called": _how_many("not answered"), "answered": _how_many("answered")},
                    _LAST_CALLS,
                ),
                _rolled("group_coverage", "group_id, day", {"members": "count(*)"}, _COVERED),
                _rolled(
                    "group_members",
                    "group_id, status, has_appointment",
                    {"members": "count(*)"},
                    _MEMBERS,
                ),
                _rolled(
                    "group_appointments",
                    "group_id, day, status",
                    {"members": "count(*)"},
                    _APPOINTMENTS,
                ),
                _rolled(
                    "group_growth",
                    "group_id, day",
                    {"joined": _how_many("joined"), '"left"': _how_many("not joined")},
                    _CHANGES,
                ),
                _rolled(
                    "tenant_days",
                    "day",
                    {
                        "calls": "count(*)",
                        "answered": _how_many("answered"),
                        "confirmed": _how_many("confirmed"),
                        "in_no_group": _how_many("groups = 0"),
                        "in_several": _how_many("groups > 1"),
                    },
                    "spread",
                ),
            )
        )
        + "\nselect 1"
    )
)


async def add(tx: Transaction, contacts: Sequence[UUID]) -> None:
    """Adds what the contacts contribute by the facts as they are."""
    await tx.execute(_ROLL, contacts=list(contacts), sign=1)


async def take_out(tx: Transaction, contacts: Sequence[UUID]) -> None:
    """Takes out what the contacts contribute by the facts as they are."""
    await tx.execute(_ROLL, contacts=list(contacts), sign=-1)
