"""Campaigns, their people and attempts, the tenant's window, policy, suppressions, decisions."""

from alembic import op

from services.chassis.migrations import TENANT, Schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWN = f"tenant_id uuid not null default {TENANT}"

_TENANTS = "create table campaigns.tenants (tenant_id uuid primary key)"
_PROFILES = f"""
create table campaigns.tenant_profiles (
    {_OWN},
    timezone text not null,
    medical boolean not null,
    primary key (tenant_id)
)
"""
_GROUP_VIEWS = f"""
create table campaigns.group_views (
    {_OWN},
    group_id uuid not null,
    visibility text not null,
    permitted_users uuid[] not null,
    deleted boolean not null,
    primary key (tenant_id, group_id)
)
"""
_CAMPAIGNS = f"""
create table campaigns.campaigns (
    {_OWN},
    id uuid not null,
    group_id uuid,
    group_name text,
    group_color text,
    name text not null check (length(name) between 1 and 100),
    initiated_by uuid not null,
    call_type text not null check (call_type in ('immediate', 'scheduled', 'staggered')),
    state text not null check (state in (
        'draft', 'scheduled', 'preparing', 'waiting', 'running', 'paused', 'cancelling',
        'completed', 'completed_with_issues', 'cancelled', 'failed', 'expired')),
    priority smallint not null check (priority between 0 and 2),
    custom_message text check (length(custom_message) <= 200),
    total_contacts integer not null check (total_contacts >= 0),
    blocking_reason text,
    next_batch_at timestamptz,
    expires_at timestamptz,
    stop_now boolean not null default false,
    holds_slot boolean not null,
    created_at timestamptz not null,
    started_at timestamptz,
    completed_at timestamptz,
    estimated_completion timestamptz,
    workflow_started_at timestamptz,
    version integer not null default 1,
    primary key (tenant_id, id)
)
"""
_RECIPIENTS = f"""
create table campaigns.recipients (
    {_OWN},
    campaign_id uuid not null,
    contact_id uuid not null,
    position integer not null,
    phone text,
    timezone text,
    state text not null check (state in (
        'pending', 'in_call', 'done', 'skipped', 'needs_attention', 'not_called')),
    not_before timestamptz,
    outcome text,
    reason text,
    connected boolean not null default false,
    appointment_action text,
    duration_seconds integer,
    at timestamptz,
    version integer not null default 1,
    primary key (tenant_id, campaign_id, contact_id),
    foreign key (tenant_id, campaign_id) references campaigns.campaigns (tenant_id, id)
)
"""
_ATTEMPTS = f"""
create table campaigns.attempts (
    {_OWN},
    id uuid not null,
    campaign_id uuid not null,
    contact_id uuid not null,
    n smallint not null check (n > 0),
    state text not null check (state in ('claimed', 'dialing', 'placed', 'ended', 'unknown')),
    token text not null,
    phone text not null default '',
    claimed_at timestamptz not null,
    fenced_at timestamptz,
    first_sent_at timestamptz,
    provider_call_id text,
    answered_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    duration_seconds integer,
    in_voicemail boolean not null default false,
    appointment_action text,
    sentiment text,
    analyzed boolean not null default false,
    untraceable boolean not null default false,
    outcome text,
    polled_at timestamptz,
    version integer not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, campaign_id, contact_id, n),
    unique (tenant_id, provider_call_id),
    foreign key (tenant_id, campaign_id, contact_id)
        references campaigns.recipients (tenant_id, campaign_id, contact_id)
)
"""
_WINDOWS = f"""
create table campaigns.windows (
    {_OWN},
    latest_batch_at timestamptz,
    primary key (tenant_id)
)
"""
_TOKENS = f"""
create table campaigns.window_tokens (
    {_OWN},
    attempt_id uuid not null,
    leaves_at timestamptz not null default 'infinity',
    primary key (tenant_id, attempt_id)
)
"""
_QUEUE = f"""
create table campaigns.permit_queue (
    {_OWN},
    campaign_id uuid not null,
    since timestamptz not null,
    wakes_at timestamptz not null,
    primary key (tenant_id, campaign_id),
    foreign key (tenant_id, campaign_id) references campaigns.campaigns (tenant_id, id)
)
"""
_SUPPRESSIONS = f"""
create table campaigns.suppressions (
    {_OWN},
    phone text not null check (phone ~ '^\\+[1-9][0-9]{{3,14}}$'),
    source text not null check (source in ('person', 'call', 'import')),
    reason text not null,
    added_by uuid not null,
    created_at timestamptz not null,
    primary key (tenant_id, phone)
)
"""
_POLICIES = f"""
create table campaigns.policies (
    {_OWN},
    content jsonb not null,
    version integer not null,
    primary key (tenant_id)
)
"""
_DECISIONS = f"""
create table campaigns.decisions (
    {_OWN},
    id uuid not null,
    campaign_id uuid not null,
    contact_id uuid not null,
    attempt_id uuid,
    at timestamptz not null,
    verdict text not null check (verdict in ('dial', 'wait', 'skip')),
    reason text,
    zones text[] not null,
    zone_source text not null,
    until timestamptz,
    inputs jsonb not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaigns.campaigns (tenant_id, id)
)
"""
_EVENTS = f"""
create table campaigns.provider_events (
    {_OWN},
    call_id text not null,
    event text not null,
    hash bytea not null,
    received_at timestamptz not null default now(),
    primary key (tenant_id, call_id, event, hash)
)
"""
_UNMATCHED = """
create table campaigns.unmatched_webhooks (
    call_id text not null,
    event text not null,
    hash bytea not null,
    received_at timestamptz not null default now(),
    primary key (call_id, event, hash)
)
"""
_AUDIT = f"""
create table campaigns.audit (
    {_OWN},
    audit_no bigint generated always as identity,
    at timestamptz not null,
    person_id uuid not null,
    action text not null,
    campaign_id uuid,
    reason text not null,
    facts jsonb not null,
    primary key (tenant_id, audit_no)
)
"""
_INDEXES = (
    "create index on campaigns.campaigns (tenant_id, created_at, id)",
    "create index on campaigns.campaigns (tenant_id, group_id)",
    "create index on campaigns.campaigns (state) where completed_at is null",
    "create index on campaigns.recipients (tenant_id, campaign_id, state, not_before, position)",
    "create index on campaigns.attempts (tenant_id, campaign_id, state)",
    "create index on campaigns.attempts (tenant_id, phone, answered_at)",
    "create index on campaigns.attempts (provider_call_id) where provider_call_id is not null",
    "create index on campaigns.decisions (tenant_id, contact_id, at)",
    "create index on campaigns.window_tokens (tenant_id, leaves_at)",
)


def upgrade() -> None:
    schema = Schema("campaigns")
    schema.chassis_tables()
    for statement in (
        *(_TENANTS, _PROFILES, _GROUP_VIEWS, _CAMPAIGNS, _RECIPIENTS, _ATTEMPTS, _WINDOWS),
        *(_TOKENS, _QUEUE, _SUPPRESSIONS, _POLICIES, _DECISIONS, _EVENTS, _UNMATCHED, _AUDIT),
        *_INDEXES,
    ):
        op.execute(statement)
    schema.grant("tenants", "select, insert")
    op.execute("grant select (tenant_id) on campaigns.tenants to campaigns_across")
    schema.grant("unmatched_webhooks", "select, insert, delete")
    for table in ("tenant_profiles", "group_views", "campaigns", "recipients", "windows"):
        schema.tenant_table(table, "select, insert, update")
    for table in ("attempts", "window_tokens", "permit_queue", "suppressions", "policies"):
        schema.tenant_table(table)
    for table in ("decisions", "provider_events", "audit"):
        schema.tenant_table(table, "select, insert")
    schema.across("campaigns", "tenant_id, id, state")
    schema.across("attempts", "tenant_id, id, provider_call_id")
