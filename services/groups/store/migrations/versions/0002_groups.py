"""Groups, grants, memberships with their history, audit, selections, and search."""

from alembic import op

from services.chassis.migrations import TENANT, Schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OWN = f"tenant_id uuid not null default {TENANT}"

_GROUPS = f"""
create table groups.groups (
    {_OWN},
    group_no bigint generated always as identity,
    id uuid not null,
    name text not null check (length(name) between 1 and 50),
    name_key text not null,
    sort_key text not null,
    description text check (length(description) between 1 and 255),
    color text not null check (color ~ '^#[0-9A-F]{{6}}$'),
    icon text,
    visibility text not null check (visibility in ('all_staff', 'admins_only', 'custom')),
    archived boolean not null default false,
    contact_count integer not null default 0 check (contact_count >= 0),
    version integer not null default 1,
    created_by uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    activity_at timestamptz,
    activity_what text,
    activity_count integer,
    total_calls integer,
    answered_calls integer,
    confirmed_calls integer,
    performance_score double precision,
    primary key (tenant_id, group_no),
    unique (tenant_id, id)
)
"""
_NAMES = """
create unique index groups_name on groups.groups (tenant_id, name_key) where deleted_at is null
"""
_GRANTS = f"""
create table groups.group_grants (
    {_OWN},
    group_no bigint not null,
    person_id uuid not null,
    primary key (tenant_id, group_no, person_id),
    foreign key (tenant_id, group_no) references groups.groups (tenant_id, group_no)
)
"""
_KEYS = """
alter table groups.contacts
    add constraint contacts_sort_key unique (tenant_id, contact_no, sort_key)
"""
_MEMBERSHIPS = f"""
create table groups.memberships (
    {_OWN},
    group_no bigint not null,
    contact_no bigint not null,
    sort_key text not null,
    added_at timestamptz not null,
    added_by uuid not null,
    added_via text not null,
    primary key (tenant_id, group_no, contact_no),
    foreign key (tenant_id, group_no) references groups.groups (tenant_id, group_no),
    foreign key (tenant_id, contact_no, sort_key)
        references groups.contacts (tenant_id, contact_no, sort_key) on update cascade
)
"""
_HISTORY = f"""
create table groups.membership_history (
    {_OWN},
    history_no bigint generated always as identity,
    group_no bigint not null,
    contact_no bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz,
    added_by uuid not null,
    added_via text not null,
    added_operation uuid not null,
    ended_by uuid,
    ended_operation uuid,
    primary key (tenant_id, history_no),
    check (valid_to >= valid_from),
    check ((valid_to is null) = (ended_by is null)),
    foreign key (tenant_id, group_no) references groups.groups (tenant_id, group_no),
    foreign key (tenant_id, contact_no) references groups.contacts (tenant_id, contact_no)
)
"""
_OPEN_INTERVALS = """
create unique index membership_history_open
    on groups.membership_history (tenant_id, group_no, contact_no) where valid_to is null
"""
_AUDIT = f"""
create table groups.audit (
    {_OWN},
    audit_no bigint generated always as identity,
    id uuid not null default gen_random_uuid(),
    at timestamptz not null,
    person_id uuid not null,
    action text not null,
    group_id uuid,
    contact_id uuid,
    operation_id uuid,
    reason text not null default '',
    before jsonb not null default '{{}}',
    after jsonb not null default '{{}}',
    primary key (tenant_id, audit_no)
)
"""
_SELECTIONS = f"""
create table groups.selections (
    {_OWN},
    id uuid not null,
    person_id uuid not null,
    content text not null,
    count integer not null,
    expires_at timestamptz not null,
    primary key (tenant_id, id)
)
"""
_INDEXES = (
    "create index on groups.group_grants (tenant_id, person_id)",
    "create index on groups.memberships (tenant_id, group_no, sort_key, contact_no)",
    "create index on groups.memberships (tenant_id, contact_no, group_no)",
    "create index on groups.membership_history (tenant_id, contact_no)",
    "create index on groups.audit (tenant_id, at, audit_no)",
    "create index on groups.audit (tenant_id, group_id, at) where group_id is not null",
    "create index on groups.audit (tenant_id, contact_id, at) where contact_id is not null",
    "create index on groups.selections (tenant_id, expires_at)",
)
_SEARCH = f"""
create function groups.search_contacts(tenant uuid, pattern text) returns setof bigint
language sql stable security definer set search_path = pg_catalog, groups
as $$
    select contact_no from groups.contacts
    where tenant_id = tenant and tenant = {TENANT} and search_text like pattern
$$
"""
_SEARCHER = (
    "create policy search on groups.contacts for select to groups_search using (true)",
    "grant usage, create on schema groups to groups_search",
    "grant select (tenant_id, contact_no, search_text) on groups.contacts to groups_search",
    "set local role groups_search",
    _SEARCH,
    "revoke execute on function groups.search_contacts from public",
    "grant execute on function groups.search_contacts to groups",
    "reset role",
    "revoke create on schema groups from groups_search",
)


def upgrade() -> None:
    for statement in (
        *(_GROUPS, _NAMES, _GRANTS, _KEYS, _MEMBERSHIPS, _HISTORY, _OPEN_INTERVALS),
        *(_AUDIT, _SELECTIONS),
        *_INDEXES,
    ):
        op.execute(statement)
    schema = Schema("groups")
    schema.tenant_table("groups", "select, insert, update")
    schema.tenant_table("group_grants", "select, insert, delete")
    schema.tenant_table("memberships", "select, insert, delete")
    schema.tenant_table("membership_history", "select, insert, update")
    schema.tenant_table("audit", "select, insert")
    schema.tenant_table("selections", "select, insert, delete")
    for statement in _SEARCHER:
        op.execute(statement)
