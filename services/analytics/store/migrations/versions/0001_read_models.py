"""What analytics learned, and the sums that its answers come from."""

from alembic import op

from services.chassis.migrations import TENANT, Schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWN = f"tenant_id uuid not null default {TENANT}"

_TENANTS = "create table analytics.tenants (tenant_id uuid primary key)"
_LEARNED = {
    "tenant_profiles": """
        timezone text not null,
        currency text not null,
        average_appointment_value bigint,
        primary key (tenant_id)
    """,
    "groups": """
        id uuid not null,
        name text not null,
        description text,
        color text not null,
        icon text,
        visibility text not null check (visibility in ('all_staff', 'admins_only', 'custom')),
        permitted_users uuid[] not null,
        archived boolean not null,
        created_at timestamptz not null,
        deleted_at timestamptz,
        primary key (tenant_id, id)
    """,
    "contacts": """
        id uuid not null,
        appointment_status text not null,
        appointment_time timestamptz,
        deleted_at timestamptz,
        primary key (tenant_id, id)
    """,
    "moves": """
        contact_id uuid not null,
        group_id uuid not null,
        at timestamptz not null,
        joined boolean not null,
        primary key (tenant_id, contact_id, group_id, at)
    """,
    "calls": """
        attempt_id uuid not null,
        contact_id uuid not null,
        version integer not null,
        dialled_at timestamptz not null,
        counts boolean not null,
        answered boolean not null,
        confirmed boolean not null,
        cancelled boolean not null,
        is_retry boolean not null,
        duration_seconds integer,
        mood text not null,
        primary key (tenant_id, attempt_id)
    """,
}
_ROLLUPS = {
    "group_days": """
        group_id uuid not null,
        day date not null,
        calls integer not null,
        answered integer not null,
        confirmed integer not null,
        cancelled integer not null,
        retries integer not null,
        with_duration integer not null,
        seconds bigint not null,
        positive integer not null,
        negative integer not null,
        with_mood integer not null,
        primary key (tenant_id, group_id, day)
    """,
    "group_hours": """
        group_id uuid not null,
        at timestamptz not null,
        calls integer not null,
        answered integer not null,
        primary key (tenant_id, group_id, at)
    """,
    "group_reach": """
        group_id uuid not null,
        day date not null,
        called integer not null,
        answered integer not null,
        primary key (tenant_id, group_id, day)
    """,
    "group_coverage": """
        group_id uuid not null,
        day date not null,
        members integer not null,
        primary key (tenant_id, group_id, day)
    """,
    "group_members": """
        group_id uuid not null,
        status text not null,
        has_appointment boolean not null,
        members integer not null,
        primary key (tenant_id, group_id, status, has_appointment)
    """,
    "group_appointments": """
        group_id uuid not null,
        day date not null,
        status text not null,
        members integer not null,
        primary key (tenant_id, group_id, day, status)
    """,
    "group_growth": """
        group_id uuid not null,
        day date not null,
        joined integer not null,
        "left" integer not null,
        primary key (tenant_id, group_id, day)
    """,
    "tenant_days": """
        day date not null,
        calls integer not null,
        answered integer not null,
        confirmed integer not null,
        in_no_group integer not null,
        in_several integer not null,
        primary key (tenant_id, day)
    """,
}
_ANNOUNCED = {
    "announced": """
        group_id uuid not null,
        total_calls integer not null,
        answered_calls integer not null,
        confirmed_calls integer not null,
        performance_score double precision,
        primary key (tenant_id, group_id)
    """,
}


def upgrade() -> None:
    schema = Schema("analytics")
    schema.chassis_tables()
    op.execute(_TENANTS)
    schema.grant("tenants", "select, insert")
    op.execute("grant select (tenant_id) on analytics.tenants to analytics_across")
    for name, columns in (_LEARNED | _ROLLUPS | _ANNOUNCED).items():
        op.execute(f"create table analytics.{name} ({_OWN}, {columns})")
        schema.tenant_table(name)
    op.execute("create index on analytics.calls (tenant_id, contact_id, dialled_at)")
