"""Every refusal of the groups context, one function each."""

from collections.abc import Collection
from uuid import UUID

from services.chassis.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Precondition,
)

_NAMED = 5


def no_group() -> NotFound:
    return NotFound("GROUP_NOT_FOUND", "Group not found")


def no_contact() -> NotFound:
    return NotFound("CONTACT_NOT_FOUND", "Contact not found")


def forbidden(operation: str) -> Forbidden:
    return Forbidden(
        "FORBIDDEN",
        f"Insufficient permissions for {operation} operation on this group",
        operation=operation,
    )


def name_empty() -> Invalid:
    return Invalid("NAME_EMPTY", "A group needs a name.", field="name", limit="1..50")


def name_taken(name: str) -> AlreadyExists:
    return AlreadyExists(
        "GROUP_NAME_TAKEN",
        f"Group '{name}' already exists. Please choose a different name.",
        field="name",
        name=name,
    )


def color_invalid() -> Invalid:
    return Invalid("INVALID_COLOR", "color must look like #3B82F6.", field="color", limit="#RRGGBB")


def icon_unknown() -> Invalid:
    return Invalid("INVALID_ICON", "This icon is not on offer.", field="icon", limit="icon list")


def grants_without_custom() -> Invalid:
    return Invalid(
        "GRANTS_NEED_CUSTOM",
        "People can be named for a group of custom visibility only.",
        field="permitted_users",
        limit="visibility custom",
    )


def unknown_people(missing: Collection[UUID]) -> Invalid:
    return Invalid(
        "UNKNOWN_PEOPLE",
        f"{len(missing)} of the people are not in your account.",
        field="permitted_users",
        count=len(missing),
        examples=examples(missing),
    )


def name_not_confirmed() -> Invalid:
    return Invalid(
        "NAME_NOT_CONFIRMED",
        "Type the group's name exactly as it is to confirm.",
        field="confirm_name",
        limit="the group's name",
    )


def nothing_to_change() -> Invalid:
    return Invalid(
        "NOTHING_TO_CHANGE", "Say which fields change.", field="update_mask", limit="1 or more"
    )


def field_unknown(name: str, allowed: Collection[str]) -> Invalid:
    return Invalid(
        "UNKNOWN_FIELD",
        f"{name} can't be changed here.",
        field="update_mask",
        limit=", ".join(allowed),
        name=name,
    )


def unknown_contacts(missing: Collection[UUID]) -> Invalid:
    """Names a few of the missing only: a status travels in size-limited trailers."""
    return Invalid(
        "UNKNOWN_CONTACTS",
        "Some contacts not found or don't belong to your account",
        field="contact_ids",
        count=len(missing),
        examples=examples(missing),
    )


def too_many_contacts(count: int, limit: int, field: str = "contact_ids") -> Invalid:
    return Invalid(
        "TOO_MANY_CONTACTS",
        f"{count} contacts are too many at once; the limit is {limit}.",
        field=field,
        limit=limit,
        count=count,
    )


def too_many_groups(count: int, limit: int) -> Invalid:
    return Invalid(
        "TOO_MANY_GROUPS",
        f"{count} groups are too many for one filter; the limit is {limit}.",
        field="group_ids",
        limit=limit,
        count=count,
    )


def one_target_only() -> Invalid:
    return Invalid(
        "ONE_TARGET",
        "Name the contacts by contact_ids, by selection_token or by selection: one of the three.",
        field="contact_ids",
        limit="exactly one",
    )


def count_changed(expected: int, found: int) -> Conflict:
    return Conflict(
        "COUNT_CHANGED",
        f"You expected {expected} contacts, there are {found} now. Look again, then repeat.",
        field="expected_count",
        expected=expected,
        found=found,
    )


def not_a_member() -> Precondition:
    return Precondition("NOT_A_MEMBER", "Contact is not a member of this group")


def dates_twice() -> Invalid:
    return Invalid(
        "DATES_TWICE",
        "Give either a span of days or two moments, not both.",
        field="appointment",
        limit="one of the two",
    )


def dates_reversed() -> Invalid:
    return Invalid(
        "DATES_REVERSED",
        "appointment_from must be before appointment_to.",
        field="appointment_from",
        limit="before appointment_to",
    )


def field_hidden(field: str) -> Forbidden:
    return Forbidden(
        "FIELD_HIDDEN", f"Your role can't ask for {field} in this account.", field=field
    )


def selection_expired() -> Precondition:
    return Precondition(
        "SELECTION_EXPIRED",
        "This selection has expired. Select the contacts again.",
        field="selection_token",
    )


def examples(ids: Collection[UUID]) -> str:
    """A few of the ids, in a stable order."""
    return ",".join(sorted(map(str, ids))[:_NAMED])


def unknown_timezone(field: str) -> Invalid:
    return Invalid(
        "INVALID_TIMEZONE",
        f"{field} must be an IANA time zone, such as America/New_York.",
        field=field,
        limit="IANA time zone",
    )


def out_of_rule(field: str, rule: str) -> Invalid:
    return Invalid("INVALID_VALUE", f"{field} must be {rule}.", field=field, limit=rule)


def phone_invalid() -> Invalid:
    return Invalid(
        "INVALID_PHONE", "This number can't be dialled.", field="phone", limit="a dialable number"
    )


def email_invalid() -> Invalid:
    return Invalid(
        "INVALID_EMAIL", "This is no e-mail address.", field="email", limit="name@domain"
    )


def external_id_taken() -> AlreadyExists:
    return AlreadyExists(
        "EXTERNAL_ID_TAKEN", "Another contact has this external id.", field="external_id"
    )


def no_consent_found() -> NotFound:
    return NotFound("CONSENT_NOT_FOUND", "Consent not found")


def no_import() -> NotFound:
    return NotFound("IMPORT_NOT_FOUND", "Import not found")


def tenant_exists() -> AlreadyExists:
    return AlreadyExists("TENANT_EXISTS", "This tenant exists already.", field="id")


def csv_unreadable(why: str) -> Invalid:
    return Invalid(
        "CSV_UNREADABLE", f"This file can't be read: {why}.", field="file", limit="CSV", why=why
    )


def csv_too_large(limit: int) -> Invalid:
    return Invalid(
        "CSV_TOO_LARGE",
        f"A file can have {limit // 1024 // 1024} MB at most.",
        field="file",
        limit=limit,
    )


def csv_no_name() -> Invalid:
    return Invalid(
        "CSV_NO_NAME", "No column holds names; say which one does.", field="mapping", limit="name"
    )


def csv_no_column(name: str) -> Invalid:
    return Invalid(
        "CSV_NO_COLUMN",
        f"The file has no column '{name[:100]}'.",
        field="mapping",
        column=name[:100],
    )


def row_without_identity() -> Invalid:
    return Invalid(
        "NO_IDENTITY", "A row needs a phone number or an external id.", field="phone", limit="one"
    )


def date_unreadable() -> Invalid:
    return Invalid(
        "INVALID_TIME",
        "This is no date that can be read; write it as 2026-09-15 09:30.",
        field="appointment_time",
        limit="YYYY-MM-DD HH:MM",
    )


def date_ambiguous() -> Invalid:
    return Invalid(
        "AMBIGUOUS_DATE",
        "Day and month can't be told apart; write the date as 2026-09-15.",
        field="appointment_time",
        limit="YYYY-MM-DD",
    )


def options_first() -> Invalid:
    return Invalid(
        "OPTIONS_FIRST", "The first message must hold the options, the others bytes.", field="step"
    )
