"""The tables of the groups context, as statements name them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.tables import tenant_id

metadata = MetaData()

tenants = Table("tenants", metadata, Column("tenant_id", Uuid, primary_key=True))

tenant_profiles = Table(
    "tenant_profiles",
    metadata,
    tenant_id(),
    Column("name", Text, nullable=False),
    Column("business_type", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("default_country", Text, nullable=False),
    Column("medical", Boolean, nullable=False),
    Column("currency", Text, nullable=False),
    Column("average_appointment_value", BigInteger),
    Column("retention_days", Integer, nullable=False),
    Column("undo_window_minutes", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

people = Table(
    "people",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    tenant_id(),
    Column("contact_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("external_id", Text),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, nullable=False),
    Column("phone", Text),
    Column("phone_raw", Text),
    Column("email", Text),
    Column("timezone", Text),
    Column("language", Text),
    Column("appointment_time", DateTime(timezone=True)),
    Column("appointment_status", Text, nullable=False),
    Column("appointment_type", Text),
    Column("appointment_duration", Integer),
    Column("owner_name", Text),
    Column("booking_source", Text),
    Column("special_instructions", Text),
    Column("call_before_hours", Integer),
    Column("attributes", JSONB, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("appointment_edited_at", DateTime(timezone=True)),
    Column("do_not_call", Boolean, nullable=False),
    Column("call_attempts", Integer, nullable=False),
    Column("answered_calls", Integer, nullable=False),
    Column("last_call_at", DateTime(timezone=True)),
    Column("last_call_failed", Boolean, nullable=False),
    Column("last_contact_time", DateTime(timezone=True)),
    Column("next_scheduled_call", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("deleted_at", DateTime(timezone=True)),
)

consents = Table(
    "consents",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("contact_no", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    Column("captured_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)

visits = Table(
    "visits",
    metadata,
    tenant_id(),
    Column("contact_no", BigInteger, primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("type", Text),
    Column("status", Text, nullable=False),
    Column("value", BigInteger),
)

calls = Table(
    "calls",
    metadata,
    tenant_id(),
    Column("attempt_id", Uuid, primary_key=True),
    Column("contact_no", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("counts", Boolean, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("decided", Text),
    Column("replaced", Text),
)

suppressed_phones = Table(
    "suppressed_phones", metadata, tenant_id(), Column("phone", Text, primary_key=True)
)

imports = Table(
    "imports",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("created", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("shared_phone", Integer, nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
    Column("imported_by", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)

import_errors = Table(
    "import_errors",
    metadata,
    tenant_id(),
    Column("import_id", Uuid, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", ARRAY(Text), nullable=False),
)

groups = Table(
    "groups",
    metadata,
    tenant_id(),
    Column("group_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("sort_key", Text, nullable=False),
    Column("description", Text),
    Column("color", Text, nullable=False),
    Column("icon", Text),
    Column("visibility", Text, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("contact_count", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("deleted_at", DateTime(timezone=True)),
    Column("activity_at", DateTime(timezone=True)),
    Column("activity_what", Text),
    Column("activity_count", Integer),
    Column("total_calls", Integer),
    Column("answered_calls", Integer),
    Column("confirmed_calls", Integer),
)

group_grants = Table(
    "group_grants",
    metadata,
    tenant_id(),
    Column("group_no", BigInteger, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
)

memberships = Table(
    "memberships",
    metadata,
    tenant_id(),
    Column("group_no", BigInteger, primary_key=True),
    Column("contact_no", BigInteger, primary_key=True),
    Column("sort_key", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("added_by", Uuid, nullable=False),
    Column("added_via", Text, nullable=False),
)

membership_history = Table(
    "membership_history",
    metadata,
    tenant_id(),
    Column("history_no", BigInteger, Identity(always=True), primary_key=True),
    Column("group_no", BigInteger, nullable=False),
    Column("contact_no", BigInteger, nullable=False),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_to", DateTime(timezone=True)),
    Column("added_by", Uuid, nullable=False),
    Column("added_via", Text, nullable=False),
    Column("added_operation", Uuid, nullable=False),
    Column("ended_by", Uuid),
    Column("ended_operation", Uuid),
)

audit = Table(
    "audit",
    metadata,
    tenant_id(),
    Column("audit_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("group_id", Uuid),
    Column("contact_id", Uuid),
    Column("operation_id", Uuid),
    Column("reason", Text, nullable=False, server_default=""),
    Column("before", JSONB, nullable=False, server_default="{}"),
    Column("after", JSONB, nullable=False, server_default="{}"),
)

selections = Table(
    "selections",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("content", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
