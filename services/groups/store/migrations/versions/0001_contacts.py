"""Tenants, people, contacts with their consents and visits, imports."""

from alembic import op

from services.chassis.migrations import TENANT, Schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWN = f"tenant_id uuid not null default {TENANT}"

_TENANTS = "create table groups.tenants (tenant_id uuid primary key)"
_PROFILES = f"""
create table groups.tenant_profiles (
    {_OWN},
    name text not null check (length(name) between 1 and 100),
    business_type text not null,
    timezone text not null,
    default_country text not null check (default_country ~ '^[A-Z]{{2}}$'),
    medical boolean not null,
    currency text not null check (currency ~ '^[A-Z]{{3}}$'),
    average_appointment_value bigint check (average_appointment_value >= 0),
    retention_days integer not null check (retention_days between 1 and 3650),
    undo_window_minutes integer not null check (undo_window_minutes between 1 and 1440),
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id)
)
"""
_PEOPLE = f"""
create table groups.people (
    {_OWN},
    id uuid not null,
    name text not null,
    role text not null check (role in ('super_admin', 'client_admin', 'client_user')),
    primary key (tenant_id, id)
)
"""
_CONTACTS = f"""
create table groups.contacts (
    {_OWN},
    contact_no bigint generated always as identity,
    id uuid not null,
    external_id text,
    name text not null check (length(name) between 1 and 200),
    sort_key text not null,
    phone text check (phone ~ '^\\+[1-9][0-9]{{3,14}}$'),
    phone_raw text,
    email text,
    timezone text,
    language text,
    appointment_time timestamptz,
    appointment_status text not null default 'unknown' check (appointment_status in (
        'unknown', 'pending', 'confirmed', 'cancelled', 'rescheduled', 'completed', 'no_show')),
    appointment_type text,
    appointment_duration integer check (appointment_duration between 1 and 1440),
    owner_name text,
    booking_source text,
    special_instructions text,
    call_before_hours integer check (call_before_hours between 1 and 168),
    attributes jsonb not null default '{{}}',
    search_text text not null default '',
    appointment_edited_at timestamptz,
    do_not_call boolean not null default false,
    call_attempts integer not null default 0,
    answered_calls integer not null default 0,
    last_call_at timestamptz,
    last_call_failed boolean not null default false,
    last_contact_time timestamptz,
    next_scheduled_call timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (tenant_id, contact_no),
    unique (tenant_id, id)
)
"""
_CONSENTS = f"""
create table groups.consents (
    {_OWN},
    id uuid not null,
    contact_no bigint not null,
    channel text not null,
    purpose text not null,
    basis text not null check (length(basis) between 1 and 50),
    source text not null,
    recorded_by uuid not null,
    captured_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, contact_no) references groups.contacts (tenant_id, contact_no)
)
"""
_VISITS = f"""
create table groups.visits (
    {_OWN},
    contact_no bigint not null,
    at timestamptz not null,
    type text,
    status text not null,
    value bigint,
    primary key (tenant_id, contact_no, at),
    foreign key (tenant_id, contact_no) references groups.contacts (tenant_id, contact_no)
)
"""
_CALLS = f"""
create table groups.calls (
    {_OWN},
    attempt_id uuid not null,
    contact_no bigint not null,
    version integer not null,
    at timestamptz not null,
    answered boolean not null,
    primary key (tenant_id, attempt_id),
    foreign key (tenant_id, contact_no) references groups.contacts (tenant_id, contact_no)
)
"""
_SUPPRESSED = f"""
create table groups.suppressed_phones (
    {_OWN},
    phone text not null,
    primary key (tenant_id, phone)
)
"""
_IMPORTS = f"""
create table groups.imports (
    {_OWN},
    id uuid not null,
    created integer not null,
    updated integer not null,
    unchanged integer not null,
    rejected integer not null,
    shared_phone integer not null,
    mapping jsonb not null,
    imported_by uuid not null,
    at timestamptz not null,
    primary key (tenant_id, id)
)
"""
_IMPORT_ERRORS = f"""
create table groups.import_errors (
    {_OWN},
    import_id uuid not null,
    row integer not null,
    field text not null,
    reason text not null,
    content text[] not null,
    primary key (tenant_id, import_id, row),
    foreign key (tenant_id, import_id) references groups.imports (tenant_id, id)
)
"""
_INDEXES = (
    "create unique index contacts_external_id on groups.contacts (tenant_id, external_id) "
    "where deleted_at is null",
    "create index on groups.contacts (tenant_id, sort_key, contact_no)",
    "create index on groups.contacts (tenant_id, phone)",
    "create index on groups.contacts (tenant_id, appointment_time)",
    "create index on groups.contacts using gin (tenant_id, search_text gin_trgm_ops)",
    "create index on groups.consents (tenant_id, contact_no, captured_at)",
    "create index on groups.calls (tenant_id, contact_no, at)",
)


def upgrade() -> None:
    schema = Schema("groups")
    schema.chassis_tables()
    for statement in (
        *(_TENANTS, _PROFILES, _PEOPLE, _CONTACTS, _CONSENTS, _VISITS, _CALLS, _SUPPRESSED),
        *(_IMPORTS, _IMPORT_ERRORS),
        *_INDEXES,
    ):
        op.execute(statement)
    schema.grant("tenants", "select, insert")
    op.execute("grant select (tenant_id) on groups.tenants to groups_across")
    schema.tenant_table("tenant_profiles", "select, insert, update")
    schema.tenant_table("people", "select, insert, update")
    schema.tenant_table("contacts", "select, insert, update")
    schema.tenant_table("consents", "select, insert, update")
    schema.tenant_table("visits", "select, insert")
    schema.tenant_table("calls", "select, insert, update")
    schema.tenant_table("suppressed_phones", "select, insert, delete")
    schema.tenant_table("imports", "select, insert, update")
    schema.tenant_table("import_errors", "select, insert")
