"""What campaigns and analytics look like to clients, written from the published shapes."""

from tests.contract.kinds import (
    CLOCK,
    COLOR,
    COUNT,
    DATE,
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
from tests.contract.shapes import APPOINTMENT, DONE

TIMING = words("immediate", "scheduled", "staggered")
PRIORITY = words("normal", "high", "urgent")
STATE = words(
    "draft",
    "scheduled",
    "preparing",
    "waiting",
    "running",
    "paused",
    "cancelling",
    "completed",
    "completed_with_issues",
    "cancelled",
    "failed",
    "expired",
)
COUNTS = {
    "pending": COUNT,
    "in_call": COUNT,
    "answered": COUNT,
    "confirmed": COUNT,
    "no_answer": COUNT,
    "busy": COUNT,
    "voicemail": COUNT,
    "failed": COUNT,
    "skipped": COUNT,
    "not_called": COUNT,
    "needs_attention": COUNT,
}
CAMPAIGN = {
    "campaign_id": UUID,
    "group_id": Maybe(UUID),
    "group_name": Maybe(SENTENCE),
    "campaign_name": SENTENCE,
    "initiated_by": UUID,
    "call_type": TIMING,
    "status": words("preparing", "executing", "completed", "cancelled"),
    "state": STATE,
    "is_final": SWITCH,
    "total_contacts": COUNT,
    "successful_calls": COUNT,
    "failed_calls": COUNT,
    "counts": COUNTS,
    "created_at": TIME,
    "started_at": Maybe(TIME),
    "completed_at": Maybe(TIME),
    "estimated_completion": Maybe(TIME),
    "next_batch_at": Maybe(TIME),
    "blocking_reason": Maybe(SENTENCE),
    "window": {"used": COUNT, "limit": exactly(25), "frees_at": Maybe(TIME)},
    "allowed_actions": Many(words("pause", "resume", "cancel")),
    "priority_level": PRIORITY,
    "version": COUNT,
}
_PAGINATION = {
    "current_page": COUNT,
    "page_size": COUNT,
    "total_pages": COUNT,
    "total": COUNT,
    "next_page_token": TEXT,
}
CAMPAIGNS = {"campaigns": Many(CAMPAIGN), "pagination": _PAGINATION}
LAUNCHED = {
    "success": DONE,
    "campaign_id": UUID,
    "group_name": Maybe(SENTENCE),
    "total_members": COUNT,
    "call_type": TIMING,
    "estimated_completion": TIME,
    "status_endpoint": SENTENCE,
    "message": SENTENCE,
}
PREVIEW = {
    "will_call": COUNT,
    "excluded_by_reason": Many(
        {"reason": SENTENCE, "count": COUNT, "examples": Many(SENTENCE)},
    ),
    "starts_at": TIME,
    "finish_p50": TIME,
    "finish_worst": TIME,
    "batches": COUNT,
    "cost": Maybe(COUNT),
    "live_campaigns": COUNT,
    "warnings": Many(SENTENCE),
    "expected_count": COUNT,
}
RECIPIENT = {
    "contact_id": UUID,
    "contact_name": Maybe(SENTENCE),
    "state": words("pending", "in_call", "done", "skipped", "needs_attention", "not_called"),
    "outcome": Maybe(
        words(
            "answered",
            "opted_out",
            "callback",
            "silent",
            "voicemail",
            "ivr",
            "no_answer",
            "busy",
            "declined",
            "invalid_number",
            "blocked",
            "provider_error",
            "capacity",
            "account_fatal",
            "stopped",
            "unknown",
        )
    ),
    "reason": Maybe(SENTENCE),
    "success": SWITCH,
    "session_id": Maybe(UUID),
    "retell_call_id": Maybe(SENTENCE),
    "error": Maybe(SENTENCE),
    "attempts": COUNT,
    "duration_seconds": Maybe(COUNT),
    "appointment_action": Maybe(words("none", "confirmed", "cancelled", "rescheduled")),
    "at": Maybe(TIME),
}
RECIPIENTS = {"recipients": Many(RECIPIENT), "pagination": _PAGINATION}
STATE_EVENT = {"state": STATE, "version": COUNT}
SUPPRESSION = {"phone": SENTENCE, "source": SENTENCE, "reason": TEXT, "created_at": TIME}
SUPPRESSIONS = {"suppressions": Many(SUPPRESSION), "total": COUNT, "next_page_token": TEXT}
SUPPRESSION_REMOVED = {"success": DONE}
POLICY = {
    "calls_per_window": exactly(25),
    "window_minutes": exactly(15),
    "batch_size": exactly(5),
    "batch_gap_seconds": exactly(30),
    "live_campaigns": exactly(5),
    "opens_at": CLOCK,
    "closes_at": CLOCK,
    "timezone": SENTENCE,
    "calls_a_day": Maybe(COUNT),
    "calls_a_week": Maybe(COUNT),
    "caller_ids": Many(SENTENCE),
    "cost_per_call": Maybe(COUNT),
}

_GROUP_INFO = {
    "id": UUID,
    "name": SENTENCE,
    "description": Maybe(SENTENCE),
    "color": COLOR,
    "created_at": TIME,
}
_FRESHNESS = {"as_of": Maybe(TIME), "lag_seconds": Maybe(NUMBER)}
_RANKED = {"id": UUID, "name": SENTENCE, "performance_score": PERCENT}
_SUMMARY = {
    "group_info": _GROUP_INFO,
    "performance_metrics": {
        "member_count": COUNT,
        "call_performance": {
            "total_calls": COUNT,
            "answered_calls": COUNT,
            "confirmed_calls": Maybe(COUNT),
            "answer_rate": Maybe(PERCENT),
            "confirmation_rate": Maybe(PERCENT),
            "average_call_duration": Maybe(NUMBER),
        },
        "member_engagement": {
            "members_contacted": COUNT,
            "engagement_rate": Maybe(PERCENT),
            "members_never_called": COUNT,
        },
        "appointment_distribution": Keyed(APPOINTMENT, COUNT),
        "performance_score": Maybe(PERCENT),
        "performance_score_raw": Maybe(PERCENT),
        "analysis_period": SENTENCE,
    },
    "member_count": COUNT,
    "data_period": SENTENCE,
}
GROUPS_ANALYTICS = {
    "group_analytics": Keyed(UUID, _SUMMARY),
    "comparison_analysis": {
        "best_group": Maybe(_RANKED),
        "underperforming_groups": Many(_RANKED),
        "overall_score": Maybe(PERCENT),
    },
    "summary": {
        "total_groups": COUNT,
        "best_performing_group": Maybe(_RANKED),
        "needs_attention_groups": Many(_RANKED),
        "overall_group_effectiveness": Maybe(PERCENT),
    },
    "recommendations": Many({"text": SENTENCE}),
    "data_sources": Many(SENTENCE),
    "freshness": _FRESHNESS,
    "period_analyzed": COUNT,
}
GROUPS_ANALYTICS_OF_NOBODY = {
    **GROUPS_ANALYTICS,
    "group_analytics": exactly({}),
    "message": SENTENCE,
}
GROUP_ANALYTICS = {
    "group_info": _GROUP_INFO,
    "member_statistics": {
        "total_members": COUNT,
        "active_members": Maybe(COUNT),
        "members_with_calls": Maybe(COUNT),
    },
    "performance_metrics": {
        "total_calls": COUNT,
        "answered_calls": COUNT,
        "confirmed_appointments": Maybe(COUNT),
        "cancelled_appointments": Maybe(COUNT),
        "answer_rate": Maybe(PERCENT),
        "confirmation_rate": Maybe(PERCENT),
        "average_call_duration": Maybe(NUMBER),
        "calls_per_member": Maybe(NUMBER),
    },
    "engagement_metrics": {
        "contact_reach_rate": Maybe(PERCENT),
        "engagement_rate": Maybe(PERCENT),
        "retry_rate": Maybe(PERCENT),
        "response_time_seconds": exactly(None),
        "satisfaction": Maybe(PERCENT),
    },
    "business_impact": {
        "appointments": COUNT,
        "appointment_confirmation_rate": Maybe(PERCENT),
        "revenue": Maybe(COUNT),
        "seasonal_pattern": exactly(None),
    },
    "optimization_score": Maybe(PERCENT),
    "data_period": COUNT,
    "growth": Many({"date": DATE, "members": COUNT, "joined": COUNT, "left": COUNT}),
    "heat_map": Many({"weekday": COUNT, "hour": COUNT, "calls": COUNT, "answered": COUNT}),
    "freshness": _FRESHNESS,
}
