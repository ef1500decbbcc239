"""What groups, members, contacts and everything beside them look like to clients.

Written from the published shapes and from nothing that the product generates.
"""

from tests.contract.kinds import (
    COLOR,
    COUNT,
    NO_UUID,
    NUMBER,
    PERCENT,
    SENTENCE,
    SWITCH,
    TEXT,
    TIME,
    UUID,
    Keyed,
    Many,
    Maybe,
    exactly,
    words,
)

VISIBILITY = words("all_staff", "admins_only", "custom")
APPOINTMENT = words(
    "unknown", "pending", "confirmed", "cancelled", "rescheduled", "completed", "no_show"
)
ROLE = words("super_admin", "client_admin", "client_user")
DONE = exactly(True)
_PAGE = {
    "current_page": COUNT,
    "page_size": COUNT,
    "total_pages": COUNT,
    "next_page_token": TEXT,
}
_OPERATION = {"message": SENTENCE, "operation_id": UUID, "undo_until": TIME}

GROUP = {
    "id": UUID,
    "tenant_id": UUID,
    "name": SENTENCE,
    "description": Maybe(SENTENCE),
    "color": COLOR,
    "icon": Maybe(SENTENCE),
    "visibility": VISIBILITY,
    "permitted_users": Many(UUID),
    "contact_count": COUNT,
    "created_by": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "last_activity": Maybe({"at": TIME, "text": SENTENCE}),
    "performance": Maybe(
        {
            "answer_rate": Maybe(PERCENT),
            "confirmation_rate": Maybe(PERCENT),
            "total_calls": COUNT,
        }
    ),
    "archived": SWITCH,
    "etag": SENTENCE,
}
GROUPS = {
    "groups": Many(GROUP),
    "pagination": {**_PAGE, "total_groups": COUNT},
    "stats": {
        "total_groups": COUNT,
        "total_grouped_contacts": COUNT,
        "ungrouped_contacts": COUNT,
        "most_active_group": Maybe({"id": UUID, "name": SENTENCE}),
    },
}
GROUP_DELETED = {
    "success": DONE,
    "group_id": UUID,
    "memberships_removed": COUNT,
    "undo_until": TIME,
    "message": SENTENCE,
}
REF = {"id": UUID, "name": SENTENCE, "color": COLOR, "icon": Maybe(SENTENCE)}
REF_IN_CONTACTS = {"id": UUID, "name": SENTENCE, "color": COLOR, "description": Maybe(SENTENCE)}

MEMBER = {
    "id": UUID,
    "name": SENTENCE,
    "phone": TEXT,
    "email": Maybe(SENTENCE),
    "appointment_time": Maybe(TIME),
    "appointment_status": APPOINTMENT,
    "appointment_type": Maybe(SENTENCE),
    "appointment_duration": Maybe(COUNT),
    "owner_name": Maybe(SENTENCE),
    "date_added_to_group": TIME,
    "added_by_user": TEXT,
    "added_via": words("person", "import", "rule", "suggestion", "template"),
    "other_groups": Many(SENTENCE),
    "other_group_refs": Many(REF),
    "call_attempts": COUNT,
    "last_contact_time": Maybe(TIME),
    "next_scheduled_call": Maybe(TIME),
    "call_success_rate": Maybe(PERCENT),
    "do_not_call": SWITCH,
    "consent": Maybe(SENTENCE),
    "created_at": TIME,
    "updated_at": TIME,
}
MEMBERS = {
    "group_info": {
        "id": UUID,
        "name": SENTENCE,
        "description": Maybe(SENTENCE),
        "color": COLOR,
        "total_members": COUNT,
        "last_updated": TIME,
    },
    "members": Many(MEMBER),
    "pagination": {**_PAGE, "total_members": COUNT},
    "filters_applied": {
        "status_filter": Maybe(APPOINTMENT),
        "search_term": Maybe(SENTENCE),
        "sort_by": words(
            "name",
            "appointment_time",
            "added_to_group",
            "last_contact",
            "call_attempts",
            "appointment_status",
        ),
        "sort_direction": words("asc", "desc"),
    },
}
_REJECTED = Many({"contact_id": UUID, "reason": SENTENCE})
MEMBERS_ADDED = {
    "success": DONE,
    "group_id": UUID,
    "group_name": SENTENCE,
    "contacts_added": COUNT,
    "already_in_group": COUNT,
    "new_member_count": COUNT,
    "rejected": _REJECTED,
    **_OPERATION,
}
MEMBERS_REMOVED = {
    "success": DONE,
    "group_id": UUID,
    "group_name": SENTENCE,
    "contacts_removed": COUNT,
    "new_member_count": COUNT,
    "rejected": _REJECTED,
    **_OPERATION,
}
MEMBER_REMOVED = {
    "success": DONE,
    "contact_id": UUID,
    "contact_name": SENTENCE,
    "group_id": UUID,
    "new_member_count": COUNT,
    **_OPERATION,
}

CONSENT = {
    "id": UUID,
    "channel": SENTENCE,
    "purpose": SENTENCE,
    "basis": SENTENCE,
    "source": TEXT,
    "captured_at": TIME,
    "revoked_at": Maybe(TIME),
}
CONTACT = {
    "id": UUID,
    "external_id": Maybe(SENTENCE),
    "name": SENTENCE,
    "phone": Maybe(SENTENCE),
    "email": Maybe(SENTENCE),
    "timezone": Maybe(SENTENCE),
    "language": Maybe(SENTENCE),
    "appointment_time": Maybe(TIME),
    "appointment_status": APPOINTMENT,
    "appointment_type": Maybe(SENTENCE),
    "appointment_duration": Maybe(COUNT),
    "owner_name": Maybe(SENTENCE),
    "booking_source": Maybe(SENTENCE),
    "special_instructions": Maybe(SENTENCE),
    "call_before_hours": Maybe(COUNT),
    "attributes": Keyed(SENTENCE, TEXT),
    "consents": Many(CONSENT),
    "do_not_call": SWITCH,
    "call_attempts": COUNT,
    "last_contact_time": Maybe(TIME),
    "next_scheduled_call": Maybe(TIME),
    "call_success_rate": Maybe(PERCENT),
    "group_ids": Many(UUID),
    "groups": Many(REF_IN_CONTACTS),
    "group_count": COUNT,
    "created_at": TIME,
    "updated_at": TIME,
    "deleted_at": Maybe(TIME),
    "etag": SENTENCE,
}
CONTACTS = {
    "contacts": Many(CONTACT),
    "pagination": {**_PAGE, "total_contacts": COUNT, "total_is_capped": SWITCH},
    "filters_applied": {
        "group_ids": Many(UUID),
        "filter_logic": words("or", "and", "not"),
        "include_ungrouped": SWITCH,
        "status_filter": Maybe(APPOINTMENT),
        "search_term": Maybe(SENTENCE),
        "sentence": SENTENCE,
    },
    "query_performance": {"query_execution_time": NUMBER, "results_cached": exactly(False)},
}
CONTACT_GROUPS = {
    "success": DONE,
    "contact_id": UUID,
    "groups": Many(REF),
    "group_count": COUNT,
    **_OPERATION,
}
SELECTED = {
    "selection_token": SENTENCE,
    "count": COUNT,
    "expires_at": TIME,
    "sample": Many({"id": UUID, "name": SENTENCE}),
}
IMPORT = {
    "import_id": UUID,
    "created": COUNT,
    "updated": COUNT,
    "unchanged": COUNT,
    "rejected": COUNT,
    "shared_phone": COUNT,
    "errors_url": SENTENCE,
}

PERSON = {"id": UUID, "name": SENTENCE, "role": ROLE, "tenant_id": UUID}
PEOPLE = {"people": Many(PERSON)}
TENANT = {
    "id": UUID,
    "name": SENTENCE,
    "business_type": words("medical", "salon", "restaurant", "consultant", "general"),
    "timezone": SENTENCE,
    "default_country": SENTENCE,
    "medical": SWITCH,
    "currency": SENTENCE,
    "average_appointment_value": Maybe(COUNT),
    "retention_days": COUNT,
    "undo_window_minutes": COUNT,
    "created_at": Maybe(TIME),
    "updated_at": Maybe(TIME),
    "etag": SENTENCE,
}
AUDIT = {
    "entries": Many(
        {
            "id": UUID,
            "at": TIME,
            "person_id": UUID,
            "person_name": TEXT,
            "action": SENTENCE,
            "group_id": NO_UUID,
            "contact_id": NO_UUID,
            "operation_id": NO_UUID,
            "reason": TEXT,
            "changes": Many({"field": SENTENCE, "before": Maybe(TEXT), "after": Maybe(TEXT)}),
        }
    ),
    "pagination": {**_PAGE, "total_entries": COUNT},
}
PROBLEM = {
    "type": SENTENCE,
    "title": SENTENCE,
    "status": COUNT,
    "detail": SENTENCE,
    "reason": SENTENCE,
    "errors": Many({"field": SENTENCE, "rule": SENTENCE, "limit": TEXT}),
    "request_id": SENTENCE,
}
