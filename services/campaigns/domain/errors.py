"""Every refusal of the campaigns context, one function each."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.chassis.errors import (
    Conflict,
    Exhausted,
    Forbidden,
    Invalid,
    NotFound,
    Precondition,
    Unavailable,
)


def no_campaign() -> NotFound:
    return NotFound("CAMPAIGN_NOT_FOUND", "Campaign not found")


def forbidden(operation: str) -> Forbidden:
    return Forbidden(
        "FORBIDDEN",
        f"Insufficient permissions for {operation} operation on this group",
        operation=operation,
    )


def timing_not_given() -> Invalid:
    return Invalid("REQUIRED", "call_timing must be given.", field="call_timing", limit="immediate")


def timing_not_available(timing: str) -> Invalid:
    return Invalid(
        "TIMING_NOT_AVAILABLE",
        f"Campaigns with {timing} timing are not offered yet. Use immediate.",
        field="call_timing",
        limit="immediate",
        timing=timing,
    )


def field_of_other_timing(field: str, timing: str) -> Invalid:
    return Invalid(
        "FIELD_OF_OTHER_TIMING",
        f"{field} does not go with {timing} timing.",
        field=field,
        limit=timing,
    )


def expires_in_the_past() -> Invalid:
    return Invalid(
        "EXPIRED_ALREADY", "expires_at must be in the future.", field="expires_at", limit="future"
    )


def no_audience() -> Invalid:
    return Invalid(
        "NO_AUDIENCE", "Say whom to call: a group, a selection or contacts.", field="group_id"
    )


def too_many_contacts(count: int, limit: int) -> Invalid:
    return Invalid(
        "TOO_MANY_CONTACTS",
        f"{count} contacts are too many at once; the limit is {limit}.",
        field="contact_ids",
        limit=limit,
        count=count,
    )


def group_empty() -> Precondition:
    return Precondition("GROUP_EMPTY", "Group has no members to call")


def nobody_fits() -> Precondition:
    return Precondition("NOBODY_TO_CALL", "Nobody fits what you selected.")


def nobody_to_call(reasons: Mapping[str, int]) -> Precondition:
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    return Precondition("NOBODY_TO_CALL", f"Nobody of them may be called: {told}.", reasons=told)


def count_changed(expected: int, found: int) -> Conflict:
    return Conflict(
        "COUNT_CHANGED",
        f"You expected {expected} people to be called, now it is {found}. Look again.",
        field="expected_count",
        expected=expected,
        found=found,
    )


def slots_taken(limit: int, holders: Sequence[UUID]) -> Exhausted:
    return Exhausted(
        "SLOTS_TAKEN",
        f"{limit} campaigns are running already. Wait for one to end, or cancel one.",
        field="live_campaigns",
        limit=limit,
        holders=",".join(map(str, holders)),
        retry_after=60,
    )


def is_over() -> Precondition:
    return Precondition("CAMPAIGN_IS_OVER", "This campaign is over.")


def is_being_cancelled() -> Precondition:
    return Precondition("BEING_CANCELLED", "This campaign is being cancelled.")


def phone_invalid() -> Invalid:
    return Invalid(
        "INVALID_PHONE",
        "A number must be written in full, such as +12125550123.",
        field="phone",
        limit="E.164",
    )


def reason_needed() -> Invalid:
    return Invalid("REQUIRED", "reason must be given.", field="reason", limit="1..500")


def no_suppression() -> NotFound:
    return NotFound("SUPPRESSION_NOT_FOUND", "This number is not on the list.")


def out_of_date() -> Unavailable:
    return Unavailable(
        "OUT_OF_DATE",
        "Who may see what is not known for sure at the moment. Please try again.",
        retry_after=5,
    )
