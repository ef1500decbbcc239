"""Keeps what was learned: the newest word on everything, every move of a membership."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.analytics.domain.facts import Call, Contact, Gathered, Moved, Profile
from services.analytics.domain.groups import Group
from services.chassis import db
from services.chassis.db import Transaction

# Taken by whoever applies facts of a tenant: what one feed tells changes how the facts
# of the other one count.
_LOCK = db.compiled(
    text(
        """
        select pg_advisory_xact_lock(
            hashtextextended('analytics/' || current_setting('app.tenant_id'), 0))
        """
    )
)
_TENANT = db.compiled(
    text(
        """
        insert into tenants (tenant_id) values (current_setting('app.tenant_id')::uuid)
        on conflict do nothing
        """
    )
)
_PROFILE = db.compiled(
    text(
        """
        insert into tenant_profiles (timezone, currency, average_appointment_value)
        values (:timezone, :currency, :value)
        on conflict (tenant_id) do update
        set timezone = excluded.timezone, currency = excluded.currency,
            average_appointment_value = excluded.average_appointment_value
        """
    )
)
_ZONE = db.compiled(text("select timezone from tenant_profiles"))
_GROUP = db.compiled(
    text(
        """
        insert into groups (id, name, description, color, icon, visibility, permitted_users,
                            archived, created_at, deleted_at)
        values (:id, :name, :description, :color, :icon, :visibility, :permitted_users,
                :archived, :created_at, :deleted_at)
        on conflict (tenant_id, id) do update
        set name = excluded.name, description = excluded.description, color = excluded.color,
            icon = excluded.icon, visibility = excluded.visibility,
            permitted_users = excluded.permitted_users, archived = excluded.archived,
            created_at = excluded.created_at, deleted_at = excluded.deleted_at
        """
    )
)
_CONTACTS = db.compiled(
    text(
        """
        insert into contacts (id, appointment_status, appointment_time, deleted_at)
        select * from unnest(cast(:ids as uuid[]), cast(:statuses as text[]),
                             cast(:times as timestamptz[]), cast(:deleted as timestamptz[]))
        on conflict (tenant_id, id) do update
        set appointment_status = excluded.appointment_status,
            appointment_time = excluded.appointment_time, deleted_at = excluded.deleted_at
        """
    )
)
_MOVE = db.compiled(
    text(
        """
        insert into moves (contact_id, group_id, at, joined)
        select distinct id, cast(:group_id as uuid), cast(:at as timestamptz),
                        cast(:joined as boolean)
        from unnest(cast(:contact_ids as uuid[])) as id
        on conflict (tenant_id, contact_id, group_id, at) do update set joined = excluded.joined
        """
    )
)
_CALLS = db.compiled(
    text(
        """
        insert into calls (attempt_id, contact_id, version, dialled_at, counts, answered,
                           confirmed, cancelled, is_retry, duration_seconds, mood)
        select * from unnest(
            cast(:attempts as uuid[]), cast(:contacts as uuid[]), cast(:versions as int[]),
            cast(:dialled as timestamptz[]), cast(:counts as boolean[]),
            cast(:answered as boolean[]), cast(:confirmed as boolean[]),
            cast(:cancelled as boolean[]), cast(:retries as boolean[]),
            cast(:seconds as int[]), cast(:moods as text[]))
        on conflict (tenant_id, attempt_id) do update
        set contact_id = excluded.contact_id, version = excluded.version,
            dialled_at = excluded.dialled_at, counts = excluded.counts,
            answered = excluded.answered, confirmed = excluded.confirmed,
            cancelled = excluded.cancelled, is_retry = excluded.is_retry,
            duration_seconds = excluded.duration_seconds, mood = excluded.mood
        where calls.version < excluded.version
        """
    )
)
_EVERYONE = db.compiled(
    text(
        """
        select contact_id from moves union select contact_id from calls
        union select id from contacts order by 1
        """
    )
)
_CALLED_BEFORE = db.compiled(
    text("select distinct contact_id from calls where attempt_id = any(:attempts)")
)
_FORGET = db.compiled(
    text(
        """
        truncate tenant_profiles, groups, contacts, moves, calls, group_days, group_hours,
                 group_reach, group_coverage, group_members, group_appointments, group_growth,
                 tenant_days, feed_positions, parked_events
        """
    )
)


async def forget_everything(tx: Transaction) -> None:
    """Leaves the tenants' ids only: whoever follows lists again. For the schema's owner."""
    await tx.execute(_FORGET)


async def lock(tx: Transaction) -> None:
    """Makes the facts of a tenant be applied one batch after the other; notes the tenant."""
    await tx.execute(_LOCK)
    await tx.execute(_TENANT)


async def zone(tx: Transaction) -> str | None:
    """The tenant's time zone, once it is known."""
    found: str | None = await tx.fetch_value(_ZONE)
    return found


async def everyone(tx: Transaction) -> list[UUID]:
    """Every contact of whom anything is known."""
    return await tx.fetch_values(_EVERYONE)


async def called_before(tx: Transaction, attempts: Sequence[UUID]) -> list[UUID]:
    """Whom these attempts called as far as is known yet."""
    return await tx.fetch_values(_CALLED_BEFORE, attempts=list(attempts))


async def keep(tx: Transaction, gathered: Gathered) -> None:
    """Stores all of it; a call only if its version is the highest yet."""
    if gathered.profile:
        await _keep_profile(tx, gathered.profile)
    for group in gathered.groups.values():
        await _keep_group(tx, group)
    if gathered.contacts:
        await _keep_contacts(tx, list(gathered.contacts.values()))
    for move in gathered.moves:
        await _keep_move(tx, move)
    if gathered.calls:
        await _keep_calls(tx, list(gathered.calls.values()))


async def _keep_profile(tx: Transaction, profile: Profile) -> None:
    await tx.execute(
        _PROFILE,
        timezone=profile.timezone,
        currency=profile.currency,
        value=profile.average_appointment_value,
    )


async def _keep_group(tx: Transaction, group: Group) -> None:
    await tx.execute(
        _GROUP,
        id=group.id,
        name=group.name,
        description=group.description,
        color=group.color,
        icon=group.icon,
        visibility=group.visibility.value,
        permitted_users=list(group.permitted_users),
        archived=group.archived,
        created_at=group.created_at,
        deleted_at=group.deleted_at,
    )


async def _keep_contacts(tx: Transaction, contacts: Sequence[Contact]) -> None:
    await tx.execute(
        _CONTACTS,
        ids=[each.id for each in contacts],
        statuses=[each.appointment_status for each in contacts],
        times=[each.appointment_time for each in contacts],
        deleted=[each.deleted_at for each in contacts],
    )


async def _keep_move(tx: Transaction, move: Moved) -> None:
    await tx.execute(
        _MOVE,
        contact_ids=list(move.contact_ids),
        group_id=move.group_id,
        joined=move.joined,
        at=move.at,
    )


async def _keep_calls(tx: Transaction, calls: Sequence[Call]) -> None:
    await tx.execute(
        _CALLS,
        attempts=[each.attempt_id for each in calls],
        contacts=[each.contact_id for each in calls],
        versions=[each.version for each in calls],
        dialled=[each.dialled_at for each in calls],
        counts=[each.counts for each in calls],
        answered=[each.answered for each in calls],
        confirmed=[each.confirmed for each in calls],
        cancelled=[each.cancelled for each in calls],
        retries=[each.is_retry for each in calls],
        seconds=[each.duration_seconds for each in calls],
        moods=[each.mood.value for each in calls],
    )
