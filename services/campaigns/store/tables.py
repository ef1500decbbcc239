"""The tables of the campaigns context, as statements name them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.tables import tenant_id

metadata = MetaData()
_MOMENT = DateTime(timezone=True)

tenants = Table("tenants", metadata, Column("tenant_id", Uuid, primary_key=True))

tenant_profiles = Table(
    "tenant_profiles",
    metadata,
    tenant_id(),
    Column("timezone", Text, nullable=False),
    Column("medical", Boolean, nullable=False),
)

group_views = Table(
    "group_views",
    metadata,
    tenant_id(),
    Column("group_id", Uuid, primary_key=True),
    Column("visibility", Text, nullable=False),
    Column("permitted_users", ARRAY(Uuid), nullable=False),
    Column("deleted", Boolean, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("group_id", Uuid),
    Column("group_name", Text),
    Column("group_color", Text),
    Column("name", Text, nullable=False),
    Column("initiated_by", Uuid, nullable=False),
    Column("call_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("custom_message", Text),
    Column("total_contacts", Integer, nullable=False),
    Column("blocking_reason", Text),
    Column("next_batch_at", _MOMENT),
    Column("expires_at", _MOMENT),
    Column("stop_now", Boolean, nullable=False),
    Column("holds_slot", Boolean, nullable=False),
    Column("created_at", _MOMENT, nullable=False),
    Column("started_at", _MOMENT),
    Column("completed_at", _MOMENT),
    Column("estimated_completion", _MOMENT),
    Column("workflow_started_at", _MOMENT),
    Column("version", Integer, nullable=False),
)

recipients = Table(
    "recipients",
    metadata,
    tenant_id(),
    Column("campaign_id", Uuid, primary_key=True),
    Column("contact_id", Uuid, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("phone", Text),
    Column("timezone", Text),
    Column("state", Text, nullable=False),
    Column("not_before", _MOMENT),
    Column("outcome", Text),
    Column("reason", Text),
    Column("connected", Boolean, nullable=False),
    Column("appointment_action", Text),
    Column("duration_seconds", Integer),
    Column("at", _MOMENT),
    Column("version", Integer, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("contact_id", Uuid, nullable=False),
    Column("n", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("claimed_at", _MOMENT, nullable=False),
    Column("fenced_at", _MOMENT),
    Column("first_sent_at", _MOMENT),
    Column("provider_call_id", Text),
    Column("answered_at", _MOMENT),
    Column("started_at", _MOMENT),
    Column("ended_at", _MOMENT),
    Column("end_reason", Text),
    Column("duration_seconds", Integer),
    Column("in_voicemail", Boolean, nullable=False),
    Column("appointment_action", Text),
    Column("sentiment", Text),
    Column("analyzed", Boolean, nullable=False),
    Column("untraceable", Boolean, nullable=False),
    Column("outcome", Text),
    Column("polled_at", _MOMENT),
    Column("version", Integer, nullable=False),
)

windows = Table("windows", metadata, tenant_id(), Column("latest_batch_at", _MOMENT))

window_tokens = Table(
    "window_tokens",
    metadata,
    tenant_id(),
    Column("attempt_id", Uuid, primary_key=True),
    Column("leaves_at", _MOMENT, nullable=False),
)

permit_queue = Table(
    "permit_queue",
    metadata,
    tenant_id(),
    Column("campaign_id", Uuid, primary_key=True),
    Column("since", _MOMENT, nullable=False),
    Column("wakes_at", _MOMENT, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    tenant_id(),
    Column("phone", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added_by", Uuid, nullable=False),
    Column("created_at", _MOMENT, nullable=False),
)

policies = Table(
    "policies",
    metadata,
    tenant_id(),
    Column("content", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("contact_id", Uuid, nullable=False),
    Column("attempt_id", Uuid),
    Column("at", _MOMENT, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("zones", ARRAY(Text), nullable=False),
    Column("zone_source", Text, nullable=False),
    Column("until", _MOMENT),
    Column("inputs", JSONB, nullable=False),
)

provider_events = Table(
    "provider_events",
    metadata,
    tenant_id(),
    Column("call_id", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
)

unmatched_webhooks = Table(
    "unmatched_webhooks",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
)

audit = Table(
    "audit",
    metadata,
    tenant_id(),
    Column("audit_no", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _MOMENT, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("campaign_id", Uuid),
    Column("reason", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
)
