"""Tables that must say the same in two contexts, once everything has flowed."""

import psycopg

PAIRS = {
    "groups in analytics": (
        "select id, name, visibility, deleted_at is not null from groups.groups",
        "select id, name, visibility, deleted_at is not null from analytics.groups",
    ),
    "groups in campaigns": (
        "select id, visibility, deleted_at is not null from groups.groups",
        "select group_id, visibility, deleted from campaigns.group_views",
    ),
    "contacts in analytics": (
        "select id, appointment_status from groups.contacts",
        "select id, appointment_status from analytics.contacts",
    ),
    "zones in campaigns": (
        "select tenant_id, timezone, medical from groups.tenant_profiles",
        "select tenant_id, timezone, medical from campaigns.tenant_profiles",
    ),
    "calls in groups": (
        "select id, version from campaigns.attempts where outcome is not null",
        "select attempt_id, version from groups.calls",
    ),
    "calls in analytics": (
        "select id, version from campaigns.attempts where outcome is not null",
        "select attempt_id, version from analytics.calls",
    ),
    "do-not-call list in groups": (
        "select tenant_id, phone from campaigns.suppressions",
        "select tenant_id, phone from groups.suppressed_phones",
    ),
}
_PARKED = "select source, tenant_id, error from {}.parked_events"
_BEHIND = """
select count(*) from (
    select xid::text::bigint as xid, id from {1}.outbox order by outbox.xid desc, id desc limit 1
) as latest
where not exists (
    select from {0}.feed_positions
    where source = '{1}'
      and (split_part(cursor, '/', 2)::bigint, split_part(cursor, '/', 3)::bigint)
          >= (latest.xid, latest.id)
)
"""
_FEEDS = (
    ("groups", "campaigns"),
    ("campaigns", "groups"),
    ("analytics", "groups"),
    ("analytics", "campaigns"),
)


async def behind(connection: psycopg.AsyncConnection[tuple[int]]) -> list[str]:
    """The feeds that have not delivered everything yet."""
    found = []
    for reader, source in _FEEDS:
        rows = await connection.execute(_BEHIND.format(reader, source).encode())
        if (await rows.fetchall()) != [(0,)]:
            found.append(f"{reader} has not read all of {source}")
    return found


async def unlike(connection: psycopg.AsyncConnection[tuple[int]]) -> tuple[str, ...]:
    """A sentence for each pair of tables that differ, and for each event that was set aside."""
    found = []
    for what, (true, told) in PAIRS.items():
        for word, one, other in (("misses", true, told), ("invents", told, true)):
            query = f"select count(*) from (({one}) except ({other})) as different"
            (row,) = await (await connection.execute(query.encode())).fetchall()
            if row[0]:
                found.append(f"{what}: {word} {row[0]} rows")
    for context in ("groups", "campaigns", "analytics"):
        rows = await (await connection.execute(_PARKED.format(context).encode())).fetchall()
        found += [f"{context} set aside an event: {row}" for row in rows]
    return tuple(found)
